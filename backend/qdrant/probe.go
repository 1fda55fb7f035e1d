package qdrant

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// probe asks one endpoint who it is.
type probe struct {
	endpoint Endpoint
	http     *http.Client
	grpc     *grpc.ClientConn
}

// callTimeout bounds one call of a probe.
const callTimeout = 2 * time.Second

func newProbe(e Endpoint) *probe {
	// Its own transport: no proxy of the environment stands between us and this machine, and nothing is pooled.
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if e.TLS {
		transport.Proxy = http.ProxyFromEnvironment
	}
	return &probe{endpoint: e, http: &http.Client{Transport: transport, Timeout: 5 * callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (p *probe) close() {
	p.http.CloseIdleConnections()
	p.hangUp()
}

// identify makes sure that what answers on both ports is the Qdrant with our key: it takes the key, and it refuses
// to answer without. A port that merely answers may be anybody's.
func (p *probe) identify(ctx context.Context) (version string, err error) {
	// Without the key first: a stranger on the port must not be told it.
	if p.endpoint.APIKey != "" {
		code, err := p.get(ctx, "/collections", "", nil)
		if err != nil {
			return "", err
		}
		if code != http.StatusUnauthorized && code != http.StatusForbidden {
			return "", fmt.Errorf("%s answers %d without a key", p.endpoint, code)
		}
	}
	if err := p.refusesGRPC(ctx); err != nil {
		return "", err
	}
	return p.reach(ctx)
}

// hangUp drops the gRPC connection: one that was dialled before the server listened waits a second before it tries
// again.
func (p *probe) hangUp() {
	if p.grpc != nil {
		_ = p.grpc.Close()
		p.grpc = nil
	}
}

// alive makes an authenticated call over REST.
func (p *probe) alive(ctx context.Context) error {
	code, err := p.get(ctx, "/collections", p.endpoint.APIKey, nil)
	if err != nil {
		return err
	}
	switch code {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: %s", ErrUnauthorized, p.endpoint)
	}
	return fmt.Errorf("%s answers %d", p.endpoint, code)
}

func (p *probe) get(ctx context.Context, path, key string, into any) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.endpoint.REST()+path, nil)
	if err != nil {
		return 0, err
	}
	if key != "" {
		req.Header.Set("api-key", key)
	}
	res, err := p.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if into == nil {
		return res.StatusCode, nil
	}
	return res.StatusCode, json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(into)
}

// refusesGRPC makes sure that the gRPC port asks for a key. The request has no fields, so that no client of Qdrant's
// own is needed here.
func (p *probe) refusesGRPC(ctx context.Context) error {
	if err := p.connectGRPC(); err != nil {
		return err
	}
	err := p.list(ctx, "")
	if code := status.Code(err); code != codes.Unauthenticated && code != codes.PermissionDenied {
		return errors.Join(errors.New("the gRPC port does not ask for a key"), err)
	}
	return nil
}

func (p *probe) connectGRPC() error {
	if p.grpc != nil {
		return nil
	}
	creds := insecure.NewCredentials()
	if p.endpoint.TLS {
		creds = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(creds)}
	if !p.endpoint.TLS {
		options = append(options, grpc.WithNoProxy())
	}
	conn, err := grpc.NewClient("passthrough:///"+hostPort(p.endpoint.Host, p.endpoint.GRPCPort), options...)
	if err != nil {
		return err
	}
	p.grpc = conn
	return nil
}

func (p *probe) list(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "api-key", key)
	}
	var request, response []byte
	err := p.grpc.Invoke(ctx, "/qdrant.Collections/List", &request, &response, grpc.ForceCodec(rawCodec{}))
	if status.Code(err) == codes.Unavailable {
		p.hangUp()
	}
	return err
}

// rawCodec passes messages on as bytes.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}
func (rawCodec) Name() string { return "proto" }
