package crypto

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/config"
)

// pending is the name of an entry while a rotation moves to a new master key.
func pending(entry string) string { return entry + ".next" }

// findMaster gets the master key of a ring from where the ring says it is; kek is the passphrase's key, or nil.
// Nothing is changed.
func findMaster(ctx context.Context, ring keyRing, o Options) (master, kek []byte, err error) {
	if ring.Master.Backend == BackendPassphrase {
		return askMaster(ctx, ring, o)
	}
	master, err = readMaster(ctx, ring, o.Keychain, ring.Master.Entry)
	if ring.Promote && (errors.Is(err, ErrNoMasterKey) || errors.Is(err, ErrWrongMasterKey)) {
		return asMaster(readMaster(ctx, ring, o.Keychain, pending(ring.Master.Entry)))
	}
	return master, nil, err
}

func asMaster(master []byte, err error) (_, _ []byte, _ error) { return master, nil, err }

func askMaster(ctx context.Context, ring keyRing, o Options) (master, kek []byte, err error) {
	passphrase, err := ask(ctx, o, false, nil)
	if err != nil {
		return nil, nil, err
	}
	defer clear(passphrase)
	if kek, err = ring.Master.KDF.key(passphrase); err != nil {
		return nil, nil, err
	}
	aead, err := newAEAD(kek)
	if err != nil {
		return nil, nil, err
	}
	master, err = unwrap(aead, ring.VaultID, ring.Master.ID, forMaster, ring.Master.Wrapped)
	if err != nil {
		return nil, nil, &Error{Err: ErrWrongPassphrase, Advice: "Try again. Without the passphrase, `cloudops key import` opens the data with the recovery key."}
	}
	return master, kek, nil
}

func readMaster(ctx context.Context, ring keyRing, k Keychain, entry string) ([]byte, error) {
	value, err := k.Get(ctx, entry)
	if errors.Is(err, ErrNoEntry) {
		return nil, &Error{Err: ErrNoMasterKey, Cause: fmt.Errorf("service %q, entry %q", Service, entry),
			Advice: "Open the data with the recovery key (`cloudops key import`), or start as the user and on the machine that made it. Nothing was changed."}
	}
	if err != nil {
		return nil, err
	}
	m, err := parseMasterKey(value)
	if err == nil && m.VaultID != ring.VaultID {
		err = fmt.Errorf("the entry %q is of the vault %s, this one is %s", entry, m.VaultID, ring.VaultID)
	}
	if err == nil && m.ID != ring.Master.ID {
		err = fmt.Errorf("the entry %q is the key %s, the data needs %s", entry, m.ID, ring.Master.ID)
	}
	if err != nil {
		return nil, wrongMaster(err)
	}
	return m.Key, nil
}

func wrongMaster(cause error) error {
	return &Error{Err: ErrWrongMasterKey, Cause: cause,
		Advice: "Open the data with its recovery key (`cloudops key import`), or restore the keychain's entry. Nothing was changed."}
}

// create makes the vault of a first start. The key is in its place before keys.json is; a start that broke off
// in between is carried on, or begun again where nothing was sealed yet.
func create(ctx context.Context, dir string, o Options) (*Vault, error) {
	if _, err := os.Stat(filepath.Join(dir, "ledger.db")); o.DataExists || !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open vault: %w", &Error{Err: ErrDataWithoutKeys,
			Advice: "Put " + keysName + " (or " + bakName + ") back into the data folder, or restore a backup. No new key was made: it would not open the data."})
	}
	if resumed, err := resume(ctx, dir, o); err != nil || resumed {
		if err != nil {
			return nil, fmt.Errorf("create vault: %w", err)
		}
		return OpenContext(ctx, dir, o)
	}
	ring, master, err := newRing()
	if err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	kek, notice, err := place(ctx, dir, &ring, master, o, true)
	if err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	v, err := newVault(dir, o, ring, master, kek)
	if err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	if notice != "" {
		v.notice("%s", notice)
	}
	return v, nil
}

// newRing makes all keys of a new vault; where the master key is kept is still open.
func newRing() (keyRing, []byte, error) {
	now, master := time.Now().UTC(), newKey()
	ring := keyRing{VaultID: uuid.NewString(), CreatedAt: now, Master: masterInfo{ID: newKeyID(), CreatedAt: now}}
	aead, err := newAEAD(master)
	if err != nil {
		return keyRing{}, nil, err
	}
	ring.Secret = wrap(aead, ring.VaultID, ring.Master.ID, forSecret, newKey())
	id := newKeyID()
	ring.add(id, wrap(aead, ring.VaultID, ring.Master.ID, forDataKey(id), newKey()))
	return ring, master, newRecovery(&ring, aead, master)
}

// place puts a master key into the keychain, or under a passphrase where there is none or the options ask for it,
// and then writes the ring. first: nothing is there yet, and a crash must leave a trace to go on from.
func place(ctx context.Context, dir string, ring *keyRing, master []byte, o Options, first bool) (kek []byte, notice string, err error) {
	m := masterKey{VaultID: ring.VaultID, ID: ring.Master.ID, Key: master}
	entry, err := "", error(nil)
	if !o.ForcePassphrase {
		entry, err = freeEntry(ctx, o.Keychain, m, o.DefaultFolder)
	}
	switch absent := errors.Is(err, ErrKeychainAbsent); {
	case absent && o.Passphrase != nil:
		notice = fmt.Sprintf("There is no keychain to hold the master key (%v); it is guarded by your passphrase.", err)
	case absent:
		return nil, "", &Error{Err: ErrNeedPassphrase, Cause: err,
			Advice: "Start CloudOps in a desktop session with a keychain, or give a passphrase with --passphrase-file."}
	case err != nil:
		return nil, "", err
	}
	if entry == "" {
		kek, err = placeUnderPassphrase(ctx, ring, master, o)
	} else {
		err = placeInKeychain(ctx, dir, ring, m, entry, o.Keychain, first)
	}
	if err != nil {
		return nil, "", err
	}
	if err := writeRing(dir, *ring); err != nil {
		return nil, "", err
	}
	atStep("key file written")
	_ = os.Remove(filepath.Join(dir, creatingName))
	return kek, notice, config.SyncDir(dir)
}

func placeInKeychain(ctx context.Context, dir string, ring *keyRing, m masterKey, entry string, k Keychain, first bool) error {
	ring.Master.Backend, ring.Master.Entry, ring.Master.KDF, ring.Master.Wrapped = BackendKeychain, entry, nil, ""
	if first {
		data, err := encodeRing(*ring)
		if err != nil {
			return err
		}
		if err := config.WriteFile(filepath.Join(dir, creatingName), data, 0o600); err != nil {
			return err
		}
		atStep("creation announced")
	}
	if err := store(ctx, k, entry, m); err != nil {
		return err
	}
	atStep("master key stored")
	return nil
}

func placeUnderPassphrase(ctx context.Context, ring *keyRing, master []byte, o Options) ([]byte, error) {
	passphrase, err := ask(ctx, o, true, nil)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	kdf := newKDF()
	kek, err := kdf.key(passphrase)
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(kek)
	if err != nil {
		return nil, err
	}
	ring.Master.Backend, ring.Master.Entry, ring.Master.KDF = BackendPassphrase, "", kdf
	ring.Master.Wrapped = wrap(aead, ring.VaultID, ring.Master.ID, forMaster, master)
	return kek, nil
}

// store writes an entry and reads it back: a key that the keychain did not keep would be gone with the process.
func store(ctx context.Context, k Keychain, entry string, m masterKey) error {
	if err := k.Set(ctx, entry, m.String()); err != nil {
		return err
	}
	got, err := k.Get(ctx, entry)
	if err != nil {
		return err
	}
	if got != m.String() {
		return &Error{Err: ErrKeychainUnavailable, Cause: errors.New("it did not keep the key that was put into it"),
			Advice: "Check that the keychain works, then start again."}
	}
	return nil
}

// freeEntry is the first name that is free or holds this very key. A name that holds another key is never
// written over: that key may be the only one to somebody's data.
func freeEntry(ctx context.Context, k Keychain, m masterKey, defaultFolder bool) (string, error) {
	var names []string
	if defaultFolder {
		names = append(names, DefaultEntry)
	}
	names = append(names, DefaultEntry+":"+m.VaultID, DefaultEntry+":"+m.VaultID+":"+m.ID)
	for _, name := range names {
		value, err := k.Get(ctx, name)
		if errors.Is(err, ErrNoEntry) || (err == nil && value == m.String()) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", &Error{Err: ErrKeychainUnavailable, Cause: errors.New("all names for the key are taken"),
		Advice: "Remove entries of the service " + Service + " that are no longer needed from the keychain."}
}

// resume carries on a first start that broke off after the key was stored. Where it was not, nothing was sealed
// either, and the trace is removed.
func resume(ctx context.Context, dir string, o Options) (bool, error) {
	path := filepath.Join(dir, creatingName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ring, err := decodeRing(data)
	if errors.Is(err, ErrNewerFormat) {
		return false, err
	}
	if err == nil {
		_, err = readMaster(ctx, ring, o.Keychain, ring.Master.Entry)
		if err == nil {
			return true, writeRing(dir, ring)
		}
		if errors.Is(err, ErrKeychainUnavailable) && !errors.Is(err, ErrKeychainAbsent) {
			return false, err
		}
	}
	return false, os.Remove(path)
}

// atStep is called between steps that a crash may fall between; the tests end the process there.
var atStep = func(string) {}
