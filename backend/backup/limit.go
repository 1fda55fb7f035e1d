package backup

import (
	"context"
	"io"
	"net"

	"golang.org/x/time/rate"
)

// limiter bounds the bytes that go out in a second; nil bounds nothing.
type limiter struct{ rate *rate.Limiter }

// limitBurst is what goes out at once.
const limitBurst = 64 << 10

func newLimiter(bytesPerSecond int64) *limiter {
	if bytesPerSecond <= 0 {
		return nil
	}
	return &limiter{rate: rate.NewLimiter(rate.Limit(bytesPerSecond), limitBurst)}
}

func (l *limiter) writer(ctx context.Context, w io.Writer) io.Writer {
	if l == nil {
		return w
	}
	return &limitedWriter{ctx: ctx, rate: l.rate, w: w}
}

type limitedWriter struct {
	ctx  context.Context
	rate *rate.Limiter
	w    io.Writer
}

// Write implements io.Writer.
func (l *limitedWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		part := p[done:min(done+limitBurst, len(p))]
		if err := l.rate.WaitN(l.ctx, len(part)); err != nil {
			return done, err
		}
		n, err := l.w.Write(part)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// dialer wraps connections, so that what the S3 client sends is bounded below all of its retries and checksums.
func (l *limiter) dialer(dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(ctx context.Context, network, addr string) (net.Conn, error) {
	if l == nil {
		return dial
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &limitedConn{Conn: conn, w: l.writer(context.Background(), conn)}, nil
	}
}

type limitedConn struct {
	net.Conn
	w io.Writer
}

// Write implements net.Conn.
func (c *limitedConn) Write(p []byte) (int, error) { return c.w.Write(p) }
