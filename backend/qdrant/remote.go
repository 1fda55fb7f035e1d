package qdrant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"
)

// Qdrant's usual ports.
const (
	usualREST = 6333
	usualGRPC = 6334
)

// remoteProbe is how often a server elsewhere is asked whether it is there.
const remoteProbe = 10 * time.Second

// Remote stands for a Qdrant elsewhere: "https://host:6333". gRPC is at the next port, unless the address says otherwise
// with ?grpc_port=N. On another machine it must be https; ErrInsecure, ErrAddress. It returns at once; Ready tells whether the
// server answers and takes the key (ErrUnauthorized, ErrUnreachable), after which it is asked again now and then.
func Remote(address, apiKey string) (*Server, error) {
	e, err := parseAddress(address)
	if err != nil {
		return nil, fmt.Errorf("use Qdrant elsewhere: %w", err)
	}
	e.APIKey = apiKey
	s := newServer(Options{ProbeEvery: remoteProbe})
	s.endpoint = e
	go s.follow()
	return s, nil
}

func parseAddress(address string) (Endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || (u.Path != "" && u.Path != "/") {
		return Endpoint{}, &hinted{ErrAddress, "Give it as https://host:6333, without a path or a password; the API key has its own field."}
	}
	e := Endpoint{Host: u.Hostname(), RESTPort: usualREST, TLS: u.Scheme == "https"}
	if e.RESTPort, err = port(u.Port(), usualREST); err != nil {
		return Endpoint{}, err
	}
	if e.GRPCPort, err = port(u.Query().Get("grpc_port"), e.RESTPort+1); err != nil {
		return Endpoint{}, err
	}
	ip := net.ParseIP(e.Host)
	if !e.TLS && e.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return Endpoint{}, &hinted{ErrInsecure, "Use an https address, or a tunnel to this machine: vectors and the key would cross the network in the clear."}
	}
	return e, nil
}

func port(text string, usual int) (int, error) {
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 {
		return 0, &hinted{fmt.Errorf("%w: %q is no port", ErrAddress, text), "Ports go from 1 to 65535."}
	}
	return n, nil
}

// follow asks the server again and again and keeps the state.
func (s *Server) follow() {
	defer close(s.done)
	probe := newProbe(s.endpoint)
	defer probe.close()
	for {
		version, err := s.ask(probe)
		state, was := Running, s.State()
		if err != nil {
			state = Down
		}
		s.mu.Lock()
		s.starts++
		s.mu.Unlock()
		if state == Down || state != was || version != s.Version() {
			s.set(state, func() {
				s.reason = err
				if err == nil {
					s.version = version
				}
			})
		} else {
			s.poke()
		}
		timer := time.NewTimer(s.opts.ProbeEvery)
		select {
		case <-timer.C:
		case <-s.again:
			timer.Stop()
		case <-s.stop:
			timer.Stop()
			s.set(Stopped, nil)
			return
		}
	}
}

// poke wakes those who wait, without a change that watchers would see.
func (s *Server) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) ask(probe *probe) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*callTimeout+s.opts.ProbeEvery)
	defer cancel()
	go func() {
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	version, err := probe.reach(ctx)
	if err == nil || errors.Is(err, ErrUnauthorized) {
		return version, err
	}
	return "", &hinted{fmt.Errorf("%w: %s: %w", ErrUnreachable, s.endpoint, err), "Check the address, the network and the server."}
}

// reach makes an authenticated call on both ports of a server that need not ask for a key.
func (p *probe) reach(ctx context.Context) (version string, err error) {
	if err := p.alive(ctx); err != nil {
		return "", err
	}
	if err := p.connectGRPC(); err != nil {
		return "", err
	}
	if err := p.list(ctx, p.endpoint.APIKey); err != nil {
		return "", err
	}
	var about struct {
		Version string `json:"version"`
	}
	_, err = p.get(ctx, "/", "", &about)
	return about.Version, err
}
