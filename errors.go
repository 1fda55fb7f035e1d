package main

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"cloudops/backend/assistant"
	"cloudops/backend/backup"
	"cloudops/backend/chat"
	"cloudops/backend/chat/archive"
	"cloudops/backend/config"
	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/host"
	"cloudops/backend/ledger"
	"cloudops/backend/qdrant"
	"cloudops/backend/store"
)

// known maps the errors that services return to what a person is told. The first that fits counts.
var known = []struct {
	err       error
	code      string
	hint      string
	retryable bool
}{
	{context.Canceled, "cancelled", "", true},
	{config.ErrLocked, "locked", "Close the other CloudOps, or use another folder with --data-dir.", true},
	{config.ErrDataDir, "data_folder", "Choose another folder with --data-dir.", false},
	{config.ErrResourceMissing, "missing_part", "Run `make setup`, or install CloudOps again.", false},
	{config.ErrSettingsInvalid, "invalid", "Correct the value that is named.", false},
	{config.ErrSettingsNewer, "newer", "Install the newer CloudOps that wrote this folder.", false},
	{crypto.ErrNeedPassphrase, "needs_passphrase", "Give --passphrase-file FILE, or start the app in a desktop session with a keychain.", true},
	{crypto.ErrWrongPassphrase, "wrong_passphrase", "Type the passphrase of this data folder again.", true},
	{crypto.ErrWrongMasterKey, "wrong_key", "The keychain's key does not fit this data folder, and nothing was changed. Use the folder's own keychain, or `cloudops key import --in RECOVERY-KEY`.", false},
	{crypto.ErrNoMasterKey, "no_key", "The keychain has no key for this data folder, and nothing was changed. Run `cloudops key import --in RECOVERY-KEY`.", false},
	{crypto.ErrKeychainUnavailable, "keychain", "Unlock the keychain, then start again.", true},
	{crypto.ErrDataWithoutKeys, "no_key", "", false},
	{crypto.ErrKeysCorrupt, "corrupt", "", false},
	{crypto.ErrNewerFormat, "newer", "Install the newer CloudOps that wrote this folder.", false},
	{crypto.ErrWrongRecoveryKey, "wrong_key", "", false},
	{crypto.ErrWeakPassphrase, "weak_passphrase", "", true},
	{qdrant.ErrInUse, "locked", "", true},
	{qdrant.ErrInsecure, "invalid", "", false},
	{qdrant.ErrUnauthorized, "denied", "", false},
	{qdrant.ErrBinaryMissing, "missing_part", "Run `make setup`, or set CLOUDOPS_QDRANT_BIN to a Qdrant binary.", false},
	{qdrant.ErrBinaryUnusable, "missing_part", "", false},
	{qdrant.ErrCrashLoop, "index_down", "", true},
	{ledger.ErrDiskFull, "disk_full", "Free some space; everything acknowledged so far is kept.", true},
	{ledger.ErrReadOnly, "read_only", "Make the data folder writable, or choose another with --data-dir.", false},
	{ledger.ErrCorrupt, "corrupt", "Restore the data folder from a backup; CloudOps changes nothing in it.", false},
	{ledger.ErrNewer, "newer", "Install the newer CloudOps that wrote this folder.", false},
	{backup.ErrNoTarget, "no_target", "", false},
	{backup.ErrInvalid, "invalid", "", false},
	{backup.ErrNoBucket, "no_bucket", "", false},
	{backup.ErrRegion, "region", "", false},
	{backup.ErrEncryption, "kms", "", false},
	{backup.ErrDenied, "denied", "", false},
	{backup.ErrCredentials, "credentials", "", true},
	{backup.ErrClock, "clock", "", true},
	{backup.ErrTargetFull, "target_full", "", true},
	{backup.ErrNetwork, "network", "", true},
	{backup.ErrNoBackup, "no_backup", "", false},
	{backup.ErrWrongKey, "wrong_key", "", false},
	{backup.ErrOtherVault, "other_vault", "", false},
	{backup.ErrNewer, "newer", "", false},
	{backup.ErrDamaged, "corrupt", "", false},
	{backup.ErrMissing, "corrupt", "", false},
	{backup.ErrForked, "forked", "", false},
	{backup.ErrBusy, "busy", "", true},
	{store.ErrConflict, "conflict", "Look at the newer state and try again.", true},
	{store.ErrIndexFull, "disk_full", "Free some space; everything acknowledged is kept, and the index goes on by itself.", true},
	{store.ErrIndexDown, "index_down", "Search comes back when Qdrant runs; see Settings › Health or `cloudops doctor`.", true},
	{embedding.ErrNoModel, "missing_part", "Run `make setup`, or install CloudOps again.", false},
	{chat.ErrTooLong, "too_long", "Split the message.", false},
	{chat.ErrInvalid, "invalid", "", false},
	{chat.ErrExists, "exists", "", false},
	{chat.ErrDamaged, "corrupt", "It does not open with this vault's keys. Bring it back from a backup; everything else is whole.", false},
	{assistant.ErrSecretFound, "secret_found", "Redact it, or send it anyway if it may leave this machine.", false},
	{archive.ErrUnknown, "invalid", "Choose an export of CloudOps, ChatGPT or Claude, or a folder of the earlier module.", false},
	{archive.ErrTooLarge, "too_large", "Unpack it and import its parts one by one, if you trust where it comes from.", false},
	{archive.ErrDamaged, "corrupt", "Export it again where it comes from.", false},
	{errBusy, "busy", "Wait until it is done, or stop it.", true},
	{assistant.ErrEmptyPrompt, "invalid", "Type a question.", false},
	{host.ErrNoRun, "not_found", "", false},
	{estate.ErrInvalid, "invalid", "", false},
	{store.ErrNotFound, "not_found", "", false},
	{context.DeadlineExceeded, "timeout", "Try again; if it stays, look at Settings › Health.", true},
	// What the system says about files that were named, after all that says more.
	{syscall.ENOSPC, "disk_full", "Free some space.", true},
	{syscall.ENOTDIR, "data_folder", "Something else stands where a folder should be; move it away.", false},
	{fs.ErrExist, "exists", "Choose a name that is not taken.", false},
	{fs.ErrNotExist, "not_found", "", false},
	{fs.ErrPermission, "denied", "Change the permissions, or choose another place.", false},
}

// appError says an error in the way of the window and of --json.
func appError(err error) AppError {
	if err == nil {
		return AppError{}
	}
	out := AppError{Code: "internal", Message: err.Error(), Hint: "Look into the log in the data folder."}
	var model *assistant.ModelError
	var scan *aws.Error
	var advised interface{ Hint() string }
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return AppError{Code: "usage", Message: err.Error(), Hint: usage.hint}
	case errors.As(err, &scan):
		return AppError{Code: scan.Code, Message: err.Error(), Hint: scan.Hint, Retryable: scan.Code == aws.CodeExpired || scan.Code == aws.CodeThrottled || scan.Code == aws.CodeNetwork}
	case errors.As(err, &model):
		return AppError{Code: "model_" + string(model.Code), Message: err.Error(), Hint: model.Hint, Retryable: model.Retryable}
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			out.Code, out.Hint, out.Retryable = k.code, k.hint, k.retryable
			break
		}
	}
	if errors.As(err, &advised) && advised.Hint() != "" {
		out.Hint = advised.Hint()
	}
	if errors.Is(err, crypto.ErrKeychainUnavailable) {
		out.Hint += " " + withoutKeychain
	}
	return out
}

const withoutKeychain = "Without a keychain, give --passphrase-file FILE at the first start; a folder whose key is in a keychain opens with " +
	"`cloudops key import --in RECOVERY-KEY --passphrase-file FILE`."

// usageError is a command line that cannot be carried out as it stands: exit code 2.
type usageError struct{ text, hint string }

// Error implements error.
func (e usageError) Error() string { return e.text }
