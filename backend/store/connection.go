package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// callTimeout bounds a call whose context has no deadline: the client has none of its own.
const callTimeout = 30 * time.Second

// poolSize is how many connections a client has, so that a large answer does not hold up a small one.
const poolSize = 2

// maxMessage is what a reply may weigh; the client's own 4 MiB are too little for a page of long messages.
const maxMessage = 256 << 20

// Address is where a Qdrant server listens.
type Address struct {
	Host   string // an IP for a local server
	Port   int    // gRPC
	APIKey string
	TLS    bool
}

type connection struct {
	mu     sync.RWMutex
	client *qdrant.Client
	close  func() // ends the mending that belongs to it, and its connections
}

func (c *connection) get() (*qdrant.Client, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.client == nil {
		return nil, ErrIndexDown
	}
	return c.client, nil
}

// Connect uses the server at a from now on: it makes missing collections and starts the mending pass in the
// background. The server must be ready: a connection dialled before it listens fails its next call.
func (s *Store) Connect(ctx context.Context, a Address) error {
	client, err := dial(a)
	if err != nil {
		return fmt.Errorf("connect to qdrant: %w", err)
	}
	if _, err := client.HealthCheck(ctx); err != nil {
		return errors.Join(fmt.Errorf("connect to qdrant: %w", err), client.Close())
	}
	mendCtx, cancel := context.WithCancel(s.ctx)
	s.conn.swap(client, closer(client, cancel))()
	for _, c := range s.order {
		s.coll[c].mend.reset()
		s.coll[c].changed()
	}
	s.work.Go(func() { s.mendAll(mendCtx) })
	return nil
}

// Disconnect goes back to serving from the ledger alone.
func (s *Store) Disconnect() {
	s.conn.swap(nil, nil)()
	for _, c := range s.order {
		s.coll[c].mend.reset()
	}
}

// Connected says whether an index is there to be asked.
func (s *Store) Connected() bool {
	_, err := s.conn.get()
	return err == nil
}

// swap returns what ends the connection that was in use; it can always be called.
func (c *connection) swap(client *qdrant.Client, closeIt func()) (closeOld func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	closeOld = c.close
	c.client, c.close = client, closeIt
	if closeOld == nil {
		return func() {}
	}
	return closeOld
}

// closer closes the connections of a client that nobody else uses yet. The client's own Close takes them away
// from under calls that are on their way, which then panic; closed connections only make them fail.
func closer(client *qdrant.Client, cancel context.CancelFunc) func() {
	pool := make([]*qdrant.GrpcClient, poolSize)
	for i := range pool {
		pool[i] = client.GetGrpcClient() // each in turn
	}
	return func() {
		cancel()
		for _, c := range pool {
			_ = c.Close() // it is given up in any case
		}
	}
}

func dial(a Address) (*qdrant.Client, error) {
	o := []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		// The key is added here and not by the client, which warns on every dial of a loopback address without TLS.
		grpc.WithChainUnaryInterceptor(withDeadline, withKey(a.APIKey)),
	}
	cfg := &qdrant.Config{Host: a.Host, Port: a.Port, UseTLS: a.TLS, GrpcOptions: o, SkipCompatibilityCheck: true, PoolSize: poolSize}
	if a.TLS {
		cfg.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return qdrant.NewClient(cfg)
}

func withDeadline(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	return invoke(ctx, method, req, reply, cc, opts...)
}

func withKey(key string) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if key != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "api-key", key)
		}
		return invoke(ctx, method, req, reply, cc, opts...)
	}
}

// isDown tells a server that does not answer from one that refuses.
func isDown(err error) bool {
	if errors.Is(err, ErrIndexDown) {
		return true
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return true
	}
	return false
}

// serverFault tells what the server could not do from what is wrong with a record: one that does not open, that the
// server takes for malformed, or that is too long to be sent.
func serverFault(err error) bool {
	st, ok := status.FromError(err)
	if !ok || isDown(err) {
		return false
	}
	return st.Code() != codes.InvalidArgument && st.Code() != codes.ResourceExhausted
}

// down gives an error of the index the name that callers look for.
func down(op string, err error) error {
	if isDown(err) && !errors.Is(err, ErrIndexDown) {
		return fmt.Errorf("%s: %w: %w", op, ErrIndexDown, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}
