// Package qdrant finds, starts, watches and stops the Qdrant process that serves the app's searches, or stands
// for a Qdrant that runs elsewhere.
package qdrant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Endpoint is where a Qdrant answers. A local one changes with every start of the process.
type Endpoint struct {
	Host     string // an IP address for a local one
	GRPCPort int
	RESTPort int
	APIKey   string // empty: none is asked for (only elsewhere)
	TLS      bool
}

// REST is the base address of the REST interface.
func (e Endpoint) REST() string {
	scheme := "http"
	if e.TLS {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, hostPort(e.Host, e.RESTPort))
}

// String leaves the key out, so that an endpoint can be logged.
func (e Endpoint) String() string { return fmt.Sprintf("%s (gRPC %d)", e.REST(), e.GRPCPort) }

// State of a server.
type State string

// The states. From starting or restarting a server becomes running or, when it is given up, down; from running
// restarting; from any, stopped, which is the end.
const (
	Starting   State = "starting"
	Running    State = "running"
	Restarting State = "restarting"
	Down       State = "down"
	Stopped    State = "stopped"
)

// The errors of this package, told apart with errors.Is.
var (
	// ErrBinaryMissing: there is no Qdrant to start.
	ErrBinaryMissing = errors.New("the Qdrant binary is missing")
	// ErrBinaryUnusable: it is there and cannot be executed.
	ErrBinaryUnusable = errors.New("the Qdrant binary cannot be executed")
	// ErrCrashLoop: the process ended again and again. It comes as *CrashError.
	ErrCrashLoop = errors.New("the Qdrant process keeps crashing")
	// ErrInUse: another process that is alive runs a Qdrant on this folder.
	ErrInUse = errors.New("the Qdrant folder is in use")
	// ErrStopped: the server was stopped.
	ErrStopped = errors.New("the Qdrant server was stopped")
	// ErrNotStopped: the process was killed and is still there.
	ErrNotStopped = errors.New("the Qdrant process does not stop")
	// ErrUnauthorized: a server elsewhere refuses the API key.
	ErrUnauthorized = errors.New("the Qdrant server refuses the API key")
	// ErrInsecure: a server elsewhere would be spoken to without TLS.
	ErrInsecure = errors.New("a Qdrant on another machine needs TLS")
	// ErrAddress: the address of a server elsewhere cannot be used.
	ErrAddress = errors.New("the address of Qdrant is not valid")
	// ErrUnreachable: a server elsewhere does not answer.
	ErrUnreachable = errors.New("the Qdrant server does not answer")
)

// CrashError tells how a Qdrant that was given up ended.
type CrashError struct {
	// AtStart: it never became ready.
	AtStart bool
	// Storage: it was a working Qdrant that ended by itself while it loaded, as when its storage is damaged: set that
	// aside (SetAside) and rebuild. False where the program did not even begin, or was killed, which another
	// storage would not mend.
	Storage  bool
	Attempts int
	Exit     string   // of the last process: "exit status 101", "signal: killed"
	Lines    []string // the last lines that it printed, oldest first
}

// Error gives the exit and the line that says most.
func (e *CrashError) Error() string {
	text := fmt.Sprintf("%v: %d times, at last with %s", ErrCrashLoop, e.Attempts, e.Exit)
	for _, line := range slices.Backward(e.Lines) {
		if strings.Contains(line, "ERROR") || strings.Contains(line, "Error:") || strings.Contains(line, "Panic occurred") {
			return text + ": " + line
		}
	}
	return text
}

// Unwrap is ErrCrashLoop.
func (e *CrashError) Unwrap() error { return ErrCrashLoop }

// Hint is what the user can do about it.
func (e *CrashError) Hint() string {
	return "The app goes on without search and keeps what you write. Try again in the settings; the log in the data folder says more."
}

// hinted is an error with advice for the user.
type hinted struct {
	error
	advice string
}

// Hint is what the user can do about it.
func (h *hinted) Hint() string { return h.advice }

// Unwrap gives the error itself.
func (h *hinted) Unwrap() error { return h.error }

// Options of Start. Dir is required; zero values of the rest take the defaults named here.
type Options struct {
	// Binary to run; empty: the bundled one, then CLOUDOPS_QDRANT_BIN, then qdrant on the PATH.
	Binary string
	// Dir is the working folder. It is made, mode 0700; the data is below it in "storage".
	Dir string
	// LogFile gets what the process prints, rotated at 5 MB with three old files; empty: qdrant.log in Dir.
	LogFile string
	// Env adds settings of Qdrant's own, as QDRANT__… variables. They win over those set here.
	Env map[string]string

	StartTimeout time.Duration // until ready; loading much data takes its time (5 min)
	StopTimeout  time.Duration // between SIGTERM and SIGKILL (10 s)
	ProbeEvery   time.Duration // between probes of one that runs (5 s)
	ProbeLimit   int           // failed probes in a row after which it counts as hung (12)
	BackoffMin   time.Duration // before the first restart; doubles each time (100 ms)
	BackoffMax   time.Duration // (10 s)
	Restarts     int           // crashes in a row after which it is given up (5); 3 for one that never got ready
	StableAfter  time.Duration // of running, after which earlier crashes are forgotten (1 min)
}

// startAttempts is how often a process that never becomes ready is tried: damaged storage does not heal.
const startAttempts = 3

func (o Options) withDefaults() Options {
	setDefault(&o.StartTimeout, 5*time.Minute)
	setDefault(&o.StopTimeout, 10*time.Second)
	setDefault(&o.ProbeEvery, 5*time.Second)
	setDefault(&o.ProbeLimit, 12)
	setDefault(&o.BackoffMin, 100*time.Millisecond)
	setDefault(&o.BackoffMax, 10*time.Second)
	setDefault(&o.Restarts, 5)
	setDefault(&o.StableAfter, time.Minute)
	return o
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Server is a Qdrant: a process of ours, or one elsewhere. It is safe for concurrent use.
type Server struct {
	opts   Options
	binary string // empty: elsewhere
	keeper *keeper
	log    *lumberjack.Logger // what the process prints

	mu       sync.Mutex
	state    State
	endpoint Endpoint
	version  string
	reason   error         // why it is down or could not be stopped
	starts   int           // processes begun, or probes of one elsewhere
	changed  chan struct{} // closed and replaced at every change of state
	watchers map[*watcher]struct{}
	pid      int

	stopOnce sync.Once
	stop     chan struct{} // closed to stop
	hurry    chan struct{} // closed when Stop's patience is over
	again    chan struct{} // asks for a restart
	done     chan struct{} // closed when the supervisor has ended
}

func newServer(o Options) *Server {
	return &Server{
		opts: o.withDefaults(), state: Starting, changed: make(chan struct{}), watchers: map[*watcher]struct{}{},
		stop: make(chan struct{}), hurry: make(chan struct{}), again: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// Endpoint is where it answers now; while it is not running, where it did last or will.
func (s *Server) Endpoint() Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endpoint
}

// State is the current state.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Reason is why the server is down; nil while it is not.
func (s *Server) Reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// Version of the Qdrant that answers, "1.16.3"; empty before the first is ready.
func (s *Server) Version() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// PID of the process; 0 without one.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// Ready waits until the server is running. It returns early with the reason when it is down (*CrashError), with
// ErrStopped, or with the context's error.
func (s *Server) Ready(ctx context.Context) error { return s.wait(ctx, 0) }

// wait is Ready for a process after the first starts ones.
func (s *Server) wait(ctx context.Context, starts int) error {
	for {
		s.mu.Lock()
		state, reason, changed, now := s.state, s.reason, s.changed, s.starts
		s.mu.Unlock()
		switch {
		case state == Stopped:
			return ErrStopped
		case now < starts: // the state is still that of the one before
		case state == Running:
			return nil
		case state == Down:
			return reason
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for Qdrant: %w", ctx.Err())
		}
	}
}

// Restart ends the process, where there is one, and starts another; it waits until that is ready, as Ready does.
// This is also how one that is down is tried again.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	next := s.starts + 1
	s.mu.Unlock()
	select {
	case s.again <- struct{}{}:
	default: // somebody has asked already
	}
	return s.wait(ctx, next)
}

// Stop ends the process, SIGTERM first, and confirms that it is gone; where the context ends earlier it is killed
// at once. It waits for the supervisor. ErrNotStopped if the process is still there.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() { close(s.stop) })
	select {
	case <-s.done:
	case <-ctx.Done():
		s.mu.Lock()
		if !closed(s.hurry) {
			close(s.hurry)
		}
		s.mu.Unlock()
		<-s.done
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// set changes the state and tells those who wait and watch.
func (s *Server) set(state State, change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == state && change == nil {
		return
	}
	s.state = state
	if state != Down {
		s.reason = nil
	}
	if change != nil {
		change()
	}
	close(s.changed)
	s.changed = make(chan struct{})
	for w := range s.watchers {
		w.push(event{s.state, s.endpoint})
	}
}
