package qdrant

import "sync"

type event struct {
	state    State
	endpoint Endpoint
}

// watcher hands changes to one function, in order and none left out, without holding up the supervisor.
type watcher struct {
	fn func(State, Endpoint)

	mu      sync.Mutex
	queue   []event
	running bool
	over    bool
}

// Watch calls fn with the current state and then at every change, one call at a time and in order, on a goroutine
// of its own. After cancel has returned no further call begins; fn may call cancel.
func (s *Server) Watch(fn func(State, Endpoint)) (cancel func()) {
	w := &watcher{fn: fn}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = struct{}{}
	w.push(event{s.state, s.endpoint})
	return func() {
		s.mu.Lock()
		delete(s.watchers, w)
		s.mu.Unlock()
		w.mu.Lock()
		w.over = true
		w.mu.Unlock()
	}
}

func (w *watcher) push(e event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, e)
	if !w.running {
		w.running = true
		go w.drain()
	}
}

func (w *watcher) drain() {
	for {
		w.mu.Lock()
		if len(w.queue) == 0 || w.over {
			w.running = false
			w.mu.Unlock()
			return
		}
		e := w.queue[0]
		w.queue = w.queue[1:]
		w.mu.Unlock()
		w.fn(e.state, e.endpoint)
	}
}
