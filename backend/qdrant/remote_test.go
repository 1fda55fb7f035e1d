//go:build linux

package qdrant

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServerElsewhere(t *testing.T) {
	s := running(t, Options{})
	e := s.Endpoint()
	address := fmt.Sprintf("http://127.0.0.1:%d?grpc_port=%d", e.RESTPort, e.GRPCPort)

	r, err := Remote(address, e.APIKey)
	require.NoError(t, err)
	require.NoError(t, r.Ready(deadline(t)))
	require.Equal(t, e, r.Endpoint())
	require.Equal(t, "1.16.3", r.Version())

	wrong, err := Remote(address, "wrong")
	require.NoError(t, err)
	require.ErrorIs(t, wrong.Ready(deadline(t)), ErrUnauthorized)
	require.NoError(t, wrong.Stop(deadline(t)))
	require.Equal(t, Running, s.State())

	require.NoError(t, s.Stop(deadline(t)))
	require.ErrorIs(t, r.Restart(deadline(t)), ErrUnreachable) // asks at once
	require.Equal(t, Down, r.State())
	require.NoError(t, r.Stop(deadline(t)))
	require.ErrorIs(t, r.Ready(deadline(t)), ErrStopped)
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]Endpoint{
		"https://q.example.org":                    {Host: "q.example.org", RESTPort: 6333, GRPCPort: 6334, TLS: true},
		"https://q.example.org:443?grpc_port=8443": {Host: "q.example.org", RESTPort: 443, GRPCPort: 8443, TLS: true},
		"http://localhost:7000/":                   {Host: "localhost", RESTPort: 7000, GRPCPort: 7001},
		"http://[::1]:6333":                        {Host: "::1", RESTPort: 6333, GRPCPort: 6334},
	} {
		got, err := parseAddress(address)
		require.NoError(t, err, address)
		require.Equal(t, want, got, address)
	}
	for address, want := range map[string]error{
		"": ErrAddress, "q.example.org:6333": ErrAddress, "ftp://q.example.org": ErrAddress, "https://": ErrAddress,
		"https://user:word@q.example.org": ErrAddress, "https://q.example.org/path": ErrAddress,
		"https://q.example.org:99999": ErrAddress, "https://q.example.org?grpc_port=x": ErrAddress,
		"http://q.example.org:6333": ErrInsecure, "http://10.0.0.5:6333": ErrInsecure, "http://127.0.0.1.example.org": ErrInsecure,
	} {
		_, err := Remote(address, "key")
		require.ErrorIs(t, err, want, address)
	}
}
