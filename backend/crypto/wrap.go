package crypto

import (
	"crypto/cipher"
	"fmt"
)

// wrap seals key material under the master key (or the key of a passphrase), bound to the vault, to the id of the
// sealing key and to what it is for.
func wrap(aead cipher.AEAD, vaultID, masterID, purpose string, plaintext []byte) string {
	return encoding.EncodeToString(sealRaw(aead, plaintext, wrapAD(vaultID, masterID, purpose)))
}

func unwrap(aead cipher.AEAD, vaultID, masterID, purpose, wrapped string) ([]byte, error) {
	raw, err := encoding.DecodeString(wrapped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", purpose, ErrMalformed)
	}
	plaintext, err := openRaw(aead, raw, wrapAD(vaultID, masterID, purpose))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", purpose, err)
	}
	return plaintext, nil
}

func wrapAD(vaultID, masterID, purpose string) []byte {
	return appendTexts(nil, "cloudops wrap v1", vaultID, masterID, purpose)
}

// The purposes of wrapping.
const (
	forMaster   = "master key"
	forSecret   = "vault secret"
	forIdentity = "recovery identity"
)

func forDataKey(id string) string { return "data key " + id }
