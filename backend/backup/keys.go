package backup

import (
	"bytes"
	"compress/gzip"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// Keys seal and open backups. All of them come from the recovery key, so that it alone is enough on a new machine.
type Keys struct {
	identity  *age.X25519Identity
	recipient *age.X25519Recipient
	naming    []byte
}

// namingInfo separates the key that names and authenticates from everything else derived from the identity (HKDF-SHA256).
const namingInfo = "cloudops backup names v1"

// NewKeys reads a recovery key: an age identity file with one X25519 identity. ErrWrongKey where it is none.
func NewKeys(identityFile []byte) (*Keys, error) {
	ids, err := age.ParseIdentities(bytes.NewReader(identityFile))
	var id *age.X25519Identity
	if err == nil && len(ids) == 1 {
		id, _ = ids[0].(*age.X25519Identity)
	}
	if id == nil {
		// The library's text may quote the line.
		return nil, &Error{Err: ErrWrongKey, Cause: errors.New("it is not a recovery key of CloudOps"), Advice: "Name the file that `cloudops key export` wrote."}
	}
	naming, err := hkdf.Key(sha256.New, []byte(id.String()), nil, namingInfo, 32)
	if err != nil {
		return nil, fmt.Errorf("recovery key: %w", err)
	}
	return &Keys{identity: id, recipient: id.Recipient(), naming: naming}, nil
}

// Recipient is the public half, age1….
func (k *Keys) Recipient() string { return k.recipient.String() }

// The kinds of content, so that nothing of one kind passes for another.
const (
	kindObject   = "object"
	kindManifest = "manifest"
	kindSegment  = "segment"
)

// mac names content and proves that somebody with the recovery key made it: HMAC-SHA256(naming key, kind ‖ 0 ‖ content).
func (k *Keys) mac(kind string, content []byte) string {
	h := hmac.New(sha256.New, k.naming)
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// seal compresses and encrypts to the recipient.
func (k *Keys) seal(content []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(content)*4/5 + 1024)
	w, err := age.Encrypt(&out, k.recipient)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	// Sealed records are base64 of random bytes: the fastest level takes as much off them as the best.
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if _, err := z.Write(content); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := errors.Join(z.Close(), w.Close()); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}

// open is the inverse of seal; content longer than most bytes is not read. ErrWrongKey where another key is needed,
// ErrDamaged where it was changed or cut.
func (k *Keys) open(sealed io.Reader, most int64) ([]byte, error) {
	src := &readErr{r: sealed}
	r, err := age.Decrypt(src, k.identity)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, &Error{Err: ErrWrongKey, Advice: "Use the recovery key of the vault that made this backup."}
	}
	if err == nil {
		var z *gzip.Reader
		if z, err = gzip.NewReader(r); err == nil {
			var out bytes.Buffer
			if _, err = io.Copy(&out, io.LimitReader(z, most+1)); err == nil && int64(out.Len()) > most {
				err = errors.New("it is longer than it should be")
			}
			if err == nil {
				return out.Bytes(), nil
			}
		}
	}
	if src.err != nil {
		return nil, src.err // the connection broke; nothing is known of the object
	}
	return nil, &Error{Err: ErrDamaged, Cause: err, Advice: damagedAdvice}
}

const damagedAdvice = "Nothing was changed here. Restore an older backup (`cloudops backup list`), and back up again: what is damaged is then sent anew."

// readErr remembers an error of the reader below, to tell it from damage.
type readErr struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (r *readErr) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
