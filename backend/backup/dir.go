package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"cloudops/backend/config"
)

// Dir is a target in a folder: of another disk, or of a share.
type Dir struct {
	root  string
	limit *limiter
}

// NewDir takes a folder; it must exist when it is used. limit is in bytes a second; 0 is none.
func NewDir(root string, limit int64) (*Dir, error) {
	if root == "" {
		return nil, &Error{Err: ErrNoTarget, Advice: noTargetAdvice}
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("backup folder: %w", err)
	}
	return &Dir{root: abs, limit: newLimiter(limit)}, nil
}

const noTargetAdvice = "Name a bucket with --bucket or a folder with --dir, or set one with `cloudops backup schedule`."

// String is the folder.
func (d *Dir) String() string { return d.root }

func (d *Dir) path(key string) string { return filepath.Join(d.root, filepath.FromSlash(key)) }

// List implements Target.
func (d *Dir) List(ctx context.Context, prefix string, each func(Stored) error) error {
	if err := d.present(); err != nil {
		return err
	}
	// A prefix may end in the middle of a name; the folder above it is walked.
	top := d.path(prefix[:strings.LastIndex(prefix, "/")+1])
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rel, err := filepath.Rel(d.root, path)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(rel)
		if entry.IsDir() || !strings.HasPrefix(key, prefix) {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // it was removed meanwhile
		}
		if isTemporary(entry.Name()) {
			// Left behind by a process that was killed, unless it is being written.
			if time.Since(info.ModTime()) > orphanAge {
				_ = os.Remove(path)
			}
			return nil
		}
		return each(Stored{Key: key, Size: info.Size(), Modified: info.ModTime()})
	})
	return d.classify(err)
}

// present tells a folder that is missing, such as a share that is not mounted, from an empty one.
func (d *Dir) present() error {
	info, err := os.Stat(d.root)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: d.root, Err: syscall.ENOTDIR}
	}
	return d.classify(err)
}

// Folders implements Target.
func (d *Dir) Folders(context.Context) ([]string, error) {
	entries, err := os.ReadDir(d.root)
	if err != nil {
		return nil, d.classify(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// Get implements Target.
func (d *Dir) Get(_ context.Context, key string) (io.ReadCloser, error) {
	f, err := os.Open(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", errNotFound, key)
	}
	return f, d.classify(err)
}

// Put implements Target: a temporary file, fsync, rename, fsync of the folder.
func (d *Dir) Put(ctx context.Context, key string, content []byte, ifAbsent bool) error {
	path := d.path(key)
	// The root is not made: where it is missing, a disk that is not connected is more likely than a first backup.
	if err := d.present(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return d.classify(err)
	}
	return d.classify(d.put(ctx, path, content, ifAbsent))
}

func (d *Dir) put(ctx context.Context, path string, content []byte, ifAbsent bool) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if _, err = d.limit.writer(ctx, f).Write(content); err != nil {
		_ = f.Close()
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if ifAbsent {
		// A link fails where the name is taken; where the file system has no links, looking first has to do.
		err := os.Link(f.Name(), path)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%w: %s", errExists, path)
		}
		if err == nil {
			return config.SyncDir(filepath.Dir(path))
		}
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%w: %s", errExists, path)
		}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return config.SyncDir(filepath.Dir(path))
}

const temporary = ".cloudops-"

func isTemporary(name string) bool { return strings.HasPrefix(name, temporary) }

// Delete implements Target.
func (d *Dir) Delete(ctx context.Context, keys ...string) ([]string, error) {
	for _, key := range keys {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := os.Remove(d.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, d.classify(err)
		}
		_ = os.Remove(filepath.Dir(d.path(key))) // where it is empty now
	}
	return nil, nil
}

// classify says what an error of the file system means for a backup.
func (d *Dir) classify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errExists), errors.Is(err, errNotFound), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isFull(err):
		return &Error{Err: ErrTargetFull, Cause: err, Advice: "Make room in " + d.root + ", or remove backups with `cloudops backup prune`. The backups that are there are untouched."}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &Error{Err: ErrDenied, Cause: err, Advice: "Make " + d.root + " readable and writable for you, or choose another folder."}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return &Error{Err: ErrNoBucket, Cause: err, Advice: "Connect the disk or the share, or make the folder " + d.root + "."}
	}
	return fmt.Errorf("backup folder: %w", err)
}

// isFull knows the errors of full disks and quotas; Windows has numbers of its own (ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL).
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		(runtime.GOOS == "windows" && (errors.Is(err, syscall.Errno(39)) || errors.Is(err, syscall.Errno(112))))
}
