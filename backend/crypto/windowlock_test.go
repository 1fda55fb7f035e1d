package crypto

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheWindowLockTellsPassphrasesApart(t *testing.T) {
	hash, err := HashWindowLock("côté 12")
	require.NoError(t, err)
	require.NotContains(t, hash, "12$")
	require.NoError(t, CheckWindowLock("co\u0302te\u0301 12", hash), "the same characters, composed in another way")
	require.ErrorIs(t, CheckWindowLock("cote 12", hash), ErrWrongPassphrase)
	require.ErrorIs(t, CheckWindowLock("", hash), ErrWrongPassphrase)
	require.Error(t, CheckWindowLock("côté 12", "not a hash"))
	_, err = HashWindowLock("abc")
	require.ErrorIs(t, err, ErrWeakPassphrase)
}
