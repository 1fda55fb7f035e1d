package archive

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is a file that may hold conversations.
type entry struct {
	name     string // slash-separated, within what was opened
	size     int64  // unpacked, as the archive claims; 0: unknown
	packed   int64  // 0: not compressed
	modified time.Time
	open     func() (io.ReadCloser, error)
	format   Format // by its beginning
	single   bool   // not an array
}

// source is what was opened: a file, a folder or a zip archive.
type source struct {
	name    string
	entries []entry
	ignored int
	skipped []Skipped
	closer  io.Closer
}

func (s *source) skip(where, reason string) {
	s.skipped = append(s.skipped, Skipped{Where: where, Offset: -1, Reason: reason})
}

// add takes a file for reading, or says why not.
func (s *source) add(e entry) {
	base := path.Base(e.name)
	switch ext := strings.ToLower(path.Ext(base)); {
	case strings.HasPrefix(base, "._") || strings.HasPrefix(e.name, "__MACOSX/"):
		s.ignored++ // what macOS adds to archives
	case ext == ".json" || ext == ".jsonl" || ext == ".ndjson":
		s.entries = append(s.entries, e)
	case ext == ".zip":
		s.skip(e.name, "an archive within what is imported is not opened; import it by itself")
	default:
		s.ignored++
	}
}

// list opens what is at name.
func list(ctx context.Context, name string, opt Options) (*source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return listFolder(ctx, name, opt)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is neither a file nor a folder", ErrUnknown)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	var magic [4]byte
	_, _ = f.ReadAt(magic[:], 0)
	switch string(magic[:]) {
	case "PK\x03\x04", "PK\x05\x06":
		return listZip(ctx, f, info, opt)
	}
	e := entry{name: filepath.Base(name), size: info.Size(), modified: info.ModTime()}
	e.open = func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(f, 0, info.Size())), nil }
	return &source{name: e.name, entries: []entry{e}, closer: f}, nil
}

// listFolder lists the files below a folder. Symbolic links in it are not followed, and not even after the listing can a
// file lead out of it.
func listFolder(ctx context.Context, name string, opt Options) (*source, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	src := &source{name: filepath.Base(name), closer: root}
	files := 0
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if files++; files > opt.MaxFiles {
			return fmt.Errorf("%w: the folder holds more than %d files", ErrTooLarge, opt.MaxFiles)
		}
		switch {
		case err != nil:
			src.skip(p, reasonOf(err))
			return nil
		case d.IsDir():
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			src.skip(p, "links are not followed")
			return nil
		case !d.Type().IsRegular():
			src.ignored++
			return nil
		}
		info, err := d.Info()
		if err != nil {
			src.skip(p, reasonOf(err))
			return nil
		}
		src.add(entry{name: p, size: info.Size(), modified: info.ModTime(), open: func() (io.ReadCloser, error) {
			return root.Open(filepath.FromSlash(p))
		}})
		return nil
	})
	if err != nil {
		root.Close()
		return nil, err
	}
	slices.SortFunc(src.entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return src, nil
}

// errRatio: a file of a zip archive is a bomb.
var errRatio = fmt.Errorf("%w: it unpacks to more than %d times its size, which no export does", ErrTooLarge, maxRatio)

// A file of more than ratioFrom bytes may not unpack to more than maxRatio times its size. Text of chats is packed to a third
// to a tenth; deflate goes to 1,032 times at most.
const (
	maxRatio  = 200
	ratioFrom = 100 << 20
)

// meter bounds what is read in all.
type meter struct {
	used, most int64
	progress   func(done int64)
}

func (m *meter) open(ctx context.Context, e entry) (*metered, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := e.open()
	if err != nil {
		return nil, err
	}
	return &metered{ReadCloser: r, ctx: ctx, m: m, packed: e.packed}, nil
}

// metered is an entry being read: it obeys the limits and the context.
type metered struct {
	io.ReadCloser
	ctx    context.Context
	m      *meter
	read   int64
	packed int64
}

func (r *metered) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.m.used >= r.m.most {
		// Only a file that goes on is too much.
		if n, err := r.ReadCloser.Read(p[:1]); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("%w: %s were read in all, and more are not taken", ErrTooLarge, size(r.m.most))
	}
	n, err := r.ReadCloser.Read(p[:min(int64(len(p)), r.m.most-r.m.used)])
	r.read += int64(n)
	r.m.used += int64(n)
	if r.packed > 0 && r.read > ratioFrom && r.read/maxRatio > r.packed {
		return 0, errRatio
	}
	if r.m.progress != nil {
		r.m.progress(r.m.used)
	}
	return n, err
}

// reasonOf says an error of reading to a person, without the paths of this machine.
func reasonOf(err error) string {
	var pathError *fs.PathError
	var packed flate.CorruptInputError
	switch {
	case errors.As(err, &packed):
		return "the packed data is damaged; download or copy the archive again"
	case errors.Is(err, zip.ErrFormat):
		return "it does not have the size that the archive states"
	case errors.Is(err, zip.ErrChecksum):
		return "it does not have the checksum that the archive states: what was read of it may be damaged"
	case errors.Is(err, zip.ErrAlgorithm):
		return "it is packed in a way that is not supported; unpack the archive and import the folder"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the file is cut off"
	case errors.Is(err, fs.ErrPermission):
		return "it may not be read"
	case errors.As(err, &pathError):
		return pathError.Err.Error()
	}
	return err.Error()
}
