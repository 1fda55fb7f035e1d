package crypto

import "errors"

// The errors of this package, told apart with errors.Is. Most come wrapped in *Error, which says what to do.
var (
	// ErrNoMasterKey: the vault is here and its master key is not in the keychain.
	ErrNoMasterKey = errors.New("the keychain holds no master key for this data")
	// ErrWrongMasterKey: a master key was found and it does not open this vault.
	ErrWrongMasterKey = errors.New("the master key does not fit this data")
	// ErrKeychainUnavailable: the keychain exists and did not do what was asked. It covers the next three.
	ErrKeychainUnavailable = errors.New("the keychain cannot be used")
	// ErrKeychainAbsent: this machine or session has no keychain.
	ErrKeychainAbsent = errors.New("there is no keychain")
	// ErrKeychainLocked: the keychain is locked and nobody unlocked it.
	ErrKeychainLocked = errors.New("the keychain is locked")
	// ErrKeychainTimeout: the keychain did not answer.
	ErrKeychainTimeout = errors.New("the keychain does not answer")
	// ErrNeedPassphrase: a passphrase is needed and there is nobody to ask.
	ErrNeedPassphrase = errors.New("a passphrase is needed")
	// ErrWrongPassphrase: the passphrase does not open this vault.
	ErrWrongPassphrase = errors.New("the passphrase is wrong")
	// ErrWeakPassphrase: a new passphrase is too short.
	ErrWeakPassphrase = errors.New("the passphrase is too short")
	// ErrDataWithoutKeys: the folder holds sealed data and no keys.json; a new key would not open it.
	ErrDataWithoutKeys = errors.New("the data folder holds data and its keys are missing")
	// ErrKeysCorrupt: neither keys.json nor its copy can be read.
	ErrKeysCorrupt = errors.New("the key file is damaged")
	// ErrNewerFormat: a newer version wrote the keys or the value.
	ErrNewerFormat = errors.New("written by a newer CloudOps")
	// ErrWrongRecoveryKey: the recovery key is of another vault, or is no recovery key.
	ErrWrongRecoveryKey = errors.New("the recovery key does not fit this data")

	// ErrMalformed: a sealed value is not one.
	ErrMalformed = errors.New("not a sealed value")
	// ErrUnknownKey: a value was sealed with a key that this vault does not have.
	ErrUnknownKey = errors.New("sealed with a key that is not in this vault")
	// ErrNotAuthentic: a value was changed, or stands in another place than where it was sealed.
	ErrNotAuthentic = errors.New("the sealed value was changed or moved")
	// ErrClosed: the vault was closed.
	ErrClosed = errors.New("the vault is closed")
)

// Error is an error with advice for the user.
type Error struct {
	Err    error  // one of the errors above
	Cause  error  // what led to it; may be nil
	Advice string // what to do about it
}

// Error gives the condition and its cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Err.Error()
	}
	return e.Err.Error() + ": " + e.Cause.Error()
}

// Hint is what the user can do about it.
func (e *Error) Hint() string { return e.Advice }

// Unwrap gives the condition and the cause.
func (e *Error) Unwrap() []error {
	list := []error{e.Err}
	if e.Cause != nil {
		list = append(list, e.Cause)
	}
	for _, kind := range []error{ErrKeychainAbsent, ErrKeychainLocked, ErrKeychainTimeout} {
		if errors.Is(e.Err, kind) {
			list = append(list, ErrKeychainUnavailable)
		}
	}
	return list
}
