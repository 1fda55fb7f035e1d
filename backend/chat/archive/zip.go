package archive

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// maxDirectory is how long the table of contents of an archive may be; one of 100,000 files has about 12 MB.
const maxDirectory = 32 << 20

// listZip lists the files of an archive; of one whose table of contents is missing, because a download broke off, those that
// reading it from its start finds.
func listZip(ctx context.Context, f *os.File, info fs.FileInfo, opt Options) (*source, error) {
	src := &source{name: info.Name(), closer: f}
	directory := &bounded{ReaderAt: f, left: maxDirectory}
	zr, err := zip.NewReader(directory, info.Size())
	switch {
	case directory.left < 0:
		f.Close()
		return nil, fmt.Errorf("%w: its table of contents has more than %s", ErrTooLarge, size(maxDirectory))
	case err == nil && len(zr.File) > opt.MaxFiles:
		f.Close()
		return nil, fmt.Errorf("%w: the archive holds more than %d files", ErrTooLarge, opt.MaxFiles)
	case err == nil:
		directory.left = 1 << 62 // from here on the meter counts
		for _, file := range zr.File {
			src.addPacked(file, info.ModTime())
		}
		return src, nil
	case ctx.Err() != nil:
		f.Close()
		return nil, ctx.Err()
	}
	found, reason := salvage(ctx, f, info, opt)
	if len(found) == 0 {
		f.Close()
		return nil, fmt.Errorf("%w: the zip archive has no table of contents, and no file was found in it; download it again", ErrDamaged)
	}
	for _, e := range found {
		if local(e.name) {
			src.add(e)
		} else {
			src.skip(e.name, "its name leads out of the archive")
		}
	}
	src.skip(src.name, fmt.Sprintf("the archive has no table of contents: it is cut off or damaged; %d files were found by reading it from its start%s", len(found), reason))
	return src, nil
}

func (s *source) addPacked(file *zip.File, otherwise time.Time) {
	switch {
	case file.FileInfo().IsDir():
	case !local(file.Name):
		s.skip(file.Name, "its name leads out of the archive")
	case file.Mode()&fs.ModeSymlink != 0:
		s.skip(file.Name, "links are not followed")
	case file.Flags&1 != 0:
		s.skip(file.Name, "it is encrypted; unpack it with its password and import the folder")
	default:
		e := entry{name: file.Name, size: int64(min(file.UncompressedSize64, 1<<62)), modified: file.Modified, open: file.Open}
		if e.modified.Before(earliest) {
			e.modified = otherwise
		}
		if file.Method != zip.Store {
			e.packed = int64(min(max(file.CompressedSize64, 1), 1<<62))
		}
		s.add(e)
	}
}

// local says whether a name of an archive stays within it. Nothing is unpacked, but names go into ids and reports.
func local(name string) bool {
	return fs.ValidPath(name) && !strings.ContainsAny(name, "\\\x00")
}

// bounded gives no more than left bytes.
type bounded struct {
	io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, ErrTooLarge
	}
	return b.ReaderAt.ReadAt(p, off)
}

// position is a reader that knows where it is, and that flate does not read beyond the end of its stream.
type position struct {
	*bufio.Reader
	at int64
}

func (p *position) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.at += int64(n)
	return n, err
}

func (p *position) ReadByte() (byte, error) {
	b, err := p.Reader.ReadByte()
	if err == nil {
		p.at++
	}
	return b, err
}

// header is the one in front of each file of an archive (PKWARE's APPNOTE, 4.3.7).
type header struct {
	flags, method uint16
	packed        uint32
	name          string
	at            int64 // where the data begins
}

// salvage finds the files of an archive by the header in front of each. A file that is cut off is among them; reading it
// ends with an error. reason continues a sentence where the search broke off.
func salvage(ctx context.Context, f io.ReaderAt, info fs.FileInfo, opt Options) (found []entry, reason string) {
	in := &position{Reader: bufio.NewReaderSize(io.NewSectionReader(f, 0, info.Size()), 256<<10)}
	total := &meter{most: opt.MaxBytes}
	for len(found) < opt.MaxFiles {
		h, err := nextHeader(in)
		if err != nil {
			return found, ""
		}
		e, measured := h.entry(f, info)
		if e.open != nil && !strings.HasSuffix(h.name, "/") {
			found = append(found, e)
		}
		if measured {
			n, err := io.CopyN(io.Discard, in, e.packed)
			if n < e.packed || err != nil {
				return found, ""
			}
			continue
		}
		if h.method != zip.Deflate {
			return found, "; what follows " + h.name + " cannot be told from it"
		}
		// Only unpacking it tells where it ends.
		r := &metered{ReadCloser: flate.NewReader(in), ctx: ctx, m: total, packed: info.Size() - h.at}
		if _, err := io.Copy(io.Discard, r); err != nil {
			if errors.Is(err, ErrTooLarge) {
				return found, "; what follows " + h.name + " was not searched: " + err.Error()
			}
			return found, ""
		}
	}
	return found, fmt.Sprintf("; more than %d are not taken", opt.MaxFiles)
}

// nextHeader reads on to the next header of a file; io.EOF where the files end.
func nextHeader(in *position) (header, error) {
	var last uint32
	for last != 0x504B0304 {
		b, err := in.ReadByte()
		if err != nil {
			return header{}, err
		}
		if last = last<<8 | uint32(b); last == 0x504B0102 {
			return header{}, io.EOF
		}
	}
	var fixed [26]byte
	if _, err := io.ReadFull(in, fixed[:]); err != nil {
		return header{}, err
	}
	field := func(at int) uint16 { return binary.LittleEndian.Uint16(fixed[at:]) }
	rest := make([]byte, int(field(22))+int(field(24)))
	if _, err := io.ReadFull(in, rest); err != nil {
		return header{}, err
	}
	return header{
		flags: field(2), method: field(4), packed: binary.LittleEndian.Uint32(fixed[14:]),
		name: string(rest[:field(22)]), at: in.at,
	}, nil
}

// entry is the file behind a header; measured: the header says how long it is. It has no open where it cannot be read.
func (h header) entry(f io.ReaderAt, info fs.FileInfo) (e entry, measured bool) {
	const unknown = 1<<32 - 1
	left := info.Size() - h.at
	measured = h.flags&8 == 0 && h.packed != unknown
	e = entry{name: h.name, modified: info.ModTime().Truncate(time.Second), packed: max(left, 1)}
	if measured {
		e.packed = int64(h.packed)
		left = min(left, e.packed)
	}
	if h.flags&1 != 0 {
		return e, measured
	}
	switch h.method {
	case zip.Store:
		e.open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(f, h.at, left)), nil
		}
	case zip.Deflate:
		e.open = func() (io.ReadCloser, error) {
			return flate.NewReader(bufio.NewReader(io.NewSectionReader(f, h.at, left))), nil
		}
	}
	return e, measured
}
