package backup

import (
	"errors"

	"cloudops/backend/crypto"
)

// The errors of this package, told apart with errors.Is. Most come wrapped in *Error, which says what to do.
var (
	// ErrNoTarget: it is not said where to.
	ErrNoTarget = errors.New("no place for backups is set")
	// ErrInvalid: an argument makes no sense.
	ErrInvalid = errors.New("this cannot be done")
	// ErrNoBucket: the bucket, or the folder, is not there.
	ErrNoBucket = errors.New("the place for backups is not there")
	// ErrRegion: the bucket is in another region.
	ErrRegion = errors.New("the bucket is in another region")
	// ErrDenied: the credentials may not do what is needed.
	ErrDenied = errors.New("access to the place for backups is denied")
	// ErrCredentials: there are none, or they are wrong or expired.
	ErrCredentials = errors.New("the credentials are not accepted")
	// ErrClock: the clock of this machine is off by too much.
	ErrClock = errors.New("the clock of this machine is off")
	// ErrEncryption: the KMS key cannot be used.
	ErrEncryption = errors.New("the KMS key cannot be used")
	// ErrTargetFull: there is no room.
	ErrTargetFull = errors.New("the place for backups is full")
	// ErrNetwork: the target did not answer, or the connection broke.
	ErrNetwork = errors.New("the place for backups cannot be reached")
	// ErrNoBackup: the target has no backup of this vault, or none that fits.
	ErrNoBackup = errors.New("there is no such backup")
	// ErrWrongKey: the recovery key does not open what is there.
	ErrWrongKey = errors.New("the recovery key does not open these backups")
	// ErrOtherVault: what is there belongs to another vault.
	ErrOtherVault = errors.New("the backup is of another vault")
	// ErrNewer: a newer CloudOps wrote the backup.
	ErrNewer = errors.New("the backup was written by a newer CloudOps")
	// ErrDamaged: something was changed, cut or swapped.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrMissing: an object that a backup needs is not there.
	ErrMissing = errors.New("a part of the backup is missing")
	// ErrForked: another machine with the same vault ships its log here.
	ErrForked = errors.New("another machine continues this backup")
	// ErrBusy: the ledger changed too much in the meantime.
	ErrBusy = errors.New("the data changed during the backup")

	// errNotFound and errExists are what targets answer.
	errNotFound = errors.New("no such object")
	errExists   = errors.New("the object is there already")
)

// Error is one of these conditions with its cause and advice for the user: the same type as that of the keys, which a restore returns, too.
type Error = crypto.Error
