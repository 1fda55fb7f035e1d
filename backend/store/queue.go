package store

import (
	"context"
	"sync"
)

// queue is a list of record ids that the index has to look at, each at most once, oldest first.
type queue struct {
	mu     sync.Mutex
	ids    []string
	latest map[string]uint64 // the ticket of the newest push of an id that waits
	busy   int               // taken and not done
	tail   uint64            // the newest ticket
	done   uint64            // all tickets up to here are done
	moved  chan struct{}     // closed and replaced when done rises
}

func newQueue() *queue {
	return &queue{latest: map[string]uint64{}, moved: make(chan struct{})}
}

// push adds ids; an id that waits already is not added again, but its ticket is renewed only in its old place.
func (q *queue) push(ids ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range ids {
		if _, waits := q.latest[id]; waits {
			continue
		}
		q.tail++
		q.latest[id] = q.tail
		q.ids = append(q.ids, id)
	}
}

// take removes up to n ids; the caller says finish with what it returned.
func (q *queue) take(n int) (ids []string, ticket uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.ids))
	ids = append(ids, q.ids[:n]...)
	q.ids = q.ids[n:]
	for _, id := range ids {
		ticket = q.latest[id]
		delete(q.latest, id)
	}
	q.busy += n
	return ids, ticket
}

// finish says that the taken ids are in the index, or (again) that they must be taken again.
func (q *queue) finish(ids []string, ticket uint64, again bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy -= len(ids)
	if again {
		front := make([]string, 0, len(ids)+len(q.ids))
		for _, id := range ids {
			if _, waits := q.latest[id]; !waits {
				q.latest[id] = ticket
				front = append(front, id)
			}
		}
		q.ids = append(front, q.ids...)
		return
	}
	if ticket > q.done {
		q.done = ticket
		close(q.moved)
		q.moved = make(chan struct{})
	}
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.ids) + q.busy
}

// wait returns true when all that was pushed before the call is done, false when ctx ends first.
func (q *queue) wait(ctx context.Context) bool {
	q.mu.Lock()
	want := q.tail
	for q.done < want && len(q.ids)+q.busy > 0 {
		moved := q.moved
		q.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return false
		}
		q.mu.Lock()
	}
	q.mu.Unlock()
	return true
}
