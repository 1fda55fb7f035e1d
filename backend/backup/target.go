package backup

import (
	"context"
	"io"
	"time"
)

// Target is a place for backups: keys with slashes, and bytes. The errors are those of this package, or the context's.
type Target interface {
	// String names the place for people: s3://bucket/prefix, or the folder. It also tells places apart.
	String() string
	// List calls each for what is stored below prefix, in no particular order.
	List(ctx context.Context, prefix string, each func(Stored) error) error
	// Folders are the names of the first level.
	Folders(ctx context.Context) ([]string, error)
	// Get opens an object; errNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Put stores an object whole or not at all; when it returns nil it is durable. With ifAbsent, errExists where there is one.
	Put(ctx context.Context, key string, content []byte, ifAbsent bool) error
	// Delete removes objects. What is held by a lock stays, and is returned; what is not there is no error.
	Delete(ctx context.Context, keys ...string) (held []string, err error)
}

// Stored is an object in a target.
type Stored struct {
	Key      string
	Size     int64
	Modified time.Time
}
