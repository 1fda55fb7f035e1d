package backup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// writer sends objects that are not there yet.
type writer struct {
	s       *Service
	needed  map[string]int64 // by name, sealed size: what earlier backups need
	damaged map[string]bool  // found by a verification: sent again

	mu   sync.Mutex
	have map[string]int64 // by name, sealed size: what is in the target

	sentObjects, sentBytes atomic.Int64
}

// list learns what is there. What no backup needs and is not fresh is not relied on: it may be about to be removed.
func (w *writer) list(ctx context.Context) error {
	now := w.s.o.Now()
	return w.s.Target.List(ctx, w.s.objectsPrefix(), func(o Stored) error {
		name := objectName(o.Key)
		size, needed := w.needed[name]
		switch {
		case !isObjectName(name), w.damaged[name]:
		case needed && size == o.Size, !needed && now.Sub(o.Modified) < refreshAge:
			w.have[name] = o.Size
		}
		return nil
	})
}

// putChunk sends a chunk where it is not there yet; done takes the object that holds it.
func (w *writer) putChunk(ctx context.Context, c chunk, done func(ObjectRef)) error {
	return w.put(ctx, c.content, func(o ObjectRef) {
		o.Collection, o.FirstRev, o.LastRev, o.Entries = c.collection, c.firstRev, c.lastRev, c.entries
		done(o)
	})
}

func (w *writer) put(ctx context.Context, content []byte, done func(ObjectRef)) error {
	sum := sha256.Sum256(content)
	o := ObjectRef{Name: w.s.Keys.mac(kindObject, content), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	w.mu.Lock()
	size, there := w.have[o.Name]
	w.mu.Unlock()
	if !there {
		sealed, err := w.s.Keys.seal(content)
		if err != nil {
			return err
		}
		size = int64(len(sealed))
		if err := w.s.Target.Put(ctx, w.s.objectKey(o.Name), sealed, false); err != nil {
			return err
		}
		w.sentObjects.Add(1)
		w.sentBytes.Add(size)
		w.mu.Lock()
		w.have[o.Name] = size
		w.mu.Unlock()
	}
	o.SealedSize = size
	done(o)
	return nil
}

// refList collects objects that workers finish in any order.
type refList struct {
	mu   sync.Mutex
	refs []ObjectRef
}

func (l *refList) add() func(ObjectRef) {
	return func(o ObjectRef) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.refs = append(l.refs, o)
	}
}

func (l *refList) sorted() []ObjectRef {
	slices.SortFunc(l.refs, func(a, b ObjectRef) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.FirstRev, b.FirstRev), cmp.Compare(a.Name, b.Name))
	})
	return l.refs
}

// Removed is what a clean-up took away.
type Removed struct {
	Objects int
	Bytes   int64
	// Held could not be removed yet, since an Object Lock holds them.
	Held []string
}

// removeOrphans removes objects that none of the backups needs and that are not new, and shipped log of backups that are gone.
func (s *Service) removeOrphans(ctx context.Context, kept []Manifest) (Removed, error) {
	orphans, bytes, err := s.orphans(ctx, kept)
	if err != nil || len(orphans) == 0 {
		return Removed{}, err
	}
	held, err := s.Target.Delete(ctx, orphans...)
	return Removed{Objects: len(orphans) - len(held), Bytes: bytes, Held: held}, err
}

func (s *Service) orphans(ctx context.Context, kept []Manifest) (keys []string, bytes int64, err error) {
	needed, lives := map[string]bool{}, map[string]bool{}
	for _, m := range kept {
		lives[m.ID] = true
		for _, o := range m.all() {
			needed[s.objectKey(o.Name)] = true
		}
	}
	old := s.o.Now().Add(-orphanAge)
	collect := func(o Stored) {
		if o.Modified.Before(old) {
			keys = append(keys, o.Key)
			bytes += o.Size
		}
	}
	if err := s.Target.List(ctx, s.objectsPrefix(), func(o Stored) error {
		if isObjectName(objectName(o.Key)) && !needed[o.Key] {
			collect(o)
		}
		return nil
	}); err != nil {
		return nil, 0, err
	}
	err = s.Target.List(ctx, s.VaultID+"/log/", func(o Stored) error {
		if id, ok := segmentBackup(o.Key); ok && !lives[id] {
			collect(o)
		}
		return nil
	})
	return keys, bytes, err
}

// countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ignoreNotFound is for what may have been removed by another machine.
func ignoreNotFound(err error) error {
	if errors.Is(err, errNotFound) {
		return nil
	}
	return err
}
