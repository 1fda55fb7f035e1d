package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// Client is an HTTP client that stays at the address it was given, so that no key follows a redirect, and tells of each
// request that leaves the machine.
func Client(connect time.Duration) *http.Client {
	return &http.Client{
		Transport: told{&http.Transport{
			Proxy:               http.ProxyFromEnvironment, // never used for loopback addresses
			DialContext:         (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: connect,
			MaxIdleConns:        2,
			IdleConnTimeout:     30 * time.Second,
			ForceAttemptHTTP2:   true,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type sentKey struct{}

// TellSent has on told, as EventSent, of the requests that a Client makes with the context to another machine.
func TellSent(ctx context.Context, on func(Event)) context.Context {
	return context.WithValue(ctx, sentKey{}, on)
}

type told struct{ *http.Transport }

// RoundTrip implements http.RoundTripper. A request counts as sent when there is a connection for it: the hook is
// called by the goroutine that calls RoundTrip, before the first byte.
func (t told) RoundTrip(r *http.Request) (*http.Response, error) {
	r, err := ownBody(r)
	if err != nil {
		return nil, err
	}
	on, ok := r.Context().Value(sentKey{}).(func(Event))
	if !ok || IsLoopback(r.URL.Hostname()) {
		return t.Transport.RoundTrip(r)
	}
	event := Event{Kind: EventSent, Host: r.URL.Host, Bytes: max(0, r.ContentLength)}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { on(event) }}
	return t.Transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}

// ownBody gives a request a body that nobody else closes. The AWS SDK closes the body as soon as the answer begins, and where that
// is before the transport has looked whether more follows, the transport takes it for a failed write and closes the
// connection under the answer.
func ownBody(r *http.Request) (*http.Request, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return r, nil
	}
	raw, err := io.ReadAll(r.Body)
	_ = r.Body.Close() // it was read
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	r = r.Clone(r.Context())
	r.ContentLength = int64(len(raw))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return r, nil
}

// IsLoopback: the host is this machine.
func IsLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// IsPrivate: a host of this machine or of the user's own network.
func IsPrivate(host string) bool {
	if IsLoopback(host) {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsPrivate() || addr.IsLinkLocalUnicast()
	}
	for _, end := range []string{".local", ".lan", ".internal", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}

// Unreached maps an error of the connection to an Error; nil where it is none of those. begun: an answer had begun.
func Unreached(host string, err error, begun bool) *Error {
	const again = "Ask again; if it repeats, look at the model server's log."
	const network = "Check the address, the network and the proxy."
	var netErr net.Error
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Errorf(CodeRefused, true, "Start the model server, or enter its address in the settings.", err, "nothing listens at %s", host)
	case errors.As(err, &dns):
		return Errorf(CodeNetwork, true, "Check the address, the network and the proxy.", err, "the name %s is not known", host)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET),
		errors.As(err, &op) && op.Op != "dial" && !op.Timeout(), begun && errors.As(err, &netErr):
		return Errorf(CodeBrokenOff, true, again, err, "%s broke off the connection", host)
	case errors.As(err, &netErr) && netErr.Timeout():
		return Errorf(CodeNetwork, true, network, err, "%s cannot be reached in time", host)
	case errors.As(err, &netErr):
		return Errorf(CodeNetwork, true, network, err, "%s cannot be reached", host)
	}
	return nil
}
