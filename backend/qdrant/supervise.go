package qdrant

import (
	"context"
	"time"
)

// outcome is how one run ended.
type outcome int

const (
	crashed   outcome = iota
	conflict          // a port was taken by somebody else
	asked             // Restart
	stopAsked         // Stop
)

// portAttempts bounds how often other ports are tried in a row.
const portAttempts = 10

// streak counts what went wrong in a row.
type streak struct {
	crashes   int // of all kinds
	failed    int // of those, without ever having been ready
	conflicts int // ports taken
}

// note counts the end of a run. It returns true when the process is to be given up.
func (k *streak) note(o Options, how outcome, ran time.Duration) (giveUp bool) {
	switch {
	case how == asked:
		*k = streak{}
		return false
	case how == conflict && k.conflicts < portAttempts:
		k.conflicts++
		return false
	}
	if ran > o.StableAfter {
		k.crashes = 0
	}
	k.crashes++
	k.conflicts = 0
	if k.failed++; ran > 0 {
		k.failed = 0
	}
	return k.crashes >= o.Restarts || k.failed >= startAttempts
}

// supervise keeps a process running until Stop.
func (s *Server) supervise(p *process) {
	defer close(s.done)
	defer s.log.Close()
	defer s.keeper.close()
	var k streak
	for {
		how, ran := s.run(p)
		var endErr error
		if how == stopAsked || how == asked {
			endErr = s.end(p)
		}
		if how == stopAsked {
			s.set(Stopped, func() { s.reason = endErr })
			return
		}
		goOn := true
		switch giveUp := k.note(s.opts, how, ran); {
		case endErr != nil:
			goOn = s.rest(endErr)
		case giveUp:
			goOn = s.rest(p.crash(ran == 0, k.crashes))
			k = streak{}
		case how == crashed:
			goOn = s.pause(backoff(s.opts, k.crashes))
		}
		if !goOn {
			return
		}
		s.set(Restarting, nil)
		if p, goOn = s.respawn(); !goOn {
			return
		}
	}
}

// respawn starts the next process; one that cannot even be started is a reason to be down, until asked again.
func (s *Server) respawn() (*process, bool) {
	for {
		p, err := s.spawn()
		if err == nil {
			return p, true
		}
		s.mu.Lock()
		s.starts++
		s.mu.Unlock()
		if !s.rest(err) {
			return nil, false
		}
	}
}

// rest is the state down. It returns true when somebody asks for another try, false to stop.
func (s *Server) rest(reason error) bool {
	s.set(Down, func() { s.reason = reason })
	select {
	case <-s.again:
		return true
	case <-s.stop:
		s.set(Stopped, nil)
		return false
	}
}

// pause waits before a restart. It returns false to stop.
func (s *Server) pause(d time.Duration) bool {
	s.set(Restarting, nil)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.again:
		return true
	case <-s.stop:
		s.set(Stopped, nil)
		return false
	}
}

func backoff(o Options, crashes int) time.Duration {
	d := o.BackoffMin
	for range crashes - 1 {
		if d *= 2; d >= o.BackoffMax {
			return o.BackoffMax
		}
	}
	return d
}

// run follows a process from its start to its end, or until it has to be ended. ran is how long it was ready. After
// crashed and conflict the process is gone.
func (s *Server) run(p *process) (how outcome, ran time.Duration) {
	version, how := s.awaitReady(p)
	if how != ready {
		return how, 0
	}
	since := time.Now()
	s.set(Running, func() { s.version = version })
	how = s.watchRunning(p)
	return how, max(time.Since(since), 1)
}

// ready is the outcome of awaitReady alone.
const ready outcome = -1

// awaitReady probes until the process answers to its key on both ports.
func (s *Server) awaitReady(p *process) (version string, how outcome) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.StartTimeout)
	defer cancel()
	found := make(chan string, 1)
	go func() {
		if version, err := untilIdentified(ctx, p.endpoint); err == nil {
			found <- version
		}
	}()
	select {
	case version := <-found:
		if p.over() {
			break
		}
		return version, ready
	case <-p.exited:
	case <-p.tail.taken: // where only its gRPC port was taken Qdrant goes on with REST alone
	case <-ctx.Done():
	case <-s.stop:
		return "", stopAsked
	case <-s.again:
		return "", asked
	}
	_ = p.kill()
	s.lost()
	if closed(p.tail.taken) {
		return "", conflict
	}
	return "", crashed
}

// untilIdentified asks again and again: after 5 ms at first, since it is ready after some 50, then less often, for one
// that loads much.
func untilIdentified(ctx context.Context, e Endpoint) (version string, err error) {
	probe := newProbe(e)
	defer probe.close()
	wait := 5 * time.Millisecond
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
		if version, err := probe.identify(ctx); err == nil {
			return version, nil
		}
		wait = min(wait*5/4, 250*time.Millisecond)
	}
}

func (p *process) over() bool { return closed(p.exited) }

// watchRunning waits for the end of a process that was ready, and ends one that has not answered for long.
func (s *Server) watchRunning(p *process) outcome {
	ticker := time.NewTicker(s.opts.ProbeEvery)
	defer ticker.Stop()
	probe := newProbe(p.endpoint)
	defer probe.close()
	results := make(chan error, 1)
	misses, probing := 0, false
	for {
		select {
		case <-p.exited:
			s.lost()
			return crashed
		case <-s.stop:
			return stopAsked
		case <-s.again:
			return asked
		case <-ticker.C:
			if !probing {
				probing = true
				go func() {
					ctx, cancel := context.WithTimeout(context.Background(), max(s.opts.ProbeEvery, time.Second))
					defer cancel()
					results <- probe.alive(ctx)
				}()
			}
		case err := <-results:
			probing = false
			if misses++; err == nil {
				misses = 0
			}
			if misses >= s.opts.ProbeLimit {
				_ = p.kill()
				s.lost()
				return crashed
			}
		}
	}
}
