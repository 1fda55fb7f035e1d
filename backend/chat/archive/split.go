package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// errCut: the file ends within a value.
var errCut = errors.New("the file ends in the middle of a conversation; it is cut off")

// maxDepth is how deep values may be nested. A decoder that calls itself for each level must not meet more.
const maxDepth = 500

// element is one value: a file that is one value, one of several in a row, or one of those in an array around all.
type element struct {
	raw    []byte // valid until the next call; nil when refused
	offset int64  // of its first byte
	refuse string // why it was not kept
	listed bool   // it stands in an array
}

// splitter cuts a file into its elements without decoding them, so that neither the number of conversations nor one that
// is too large takes memory, and damage in one leaves the others. The elements themselves are not checked.
type splitter struct {
	r      io.Reader
	limit  int
	buf    []byte
	pos    int
	end    int
	offset int64 // of buf[pos]
	array  bool
	begun  bool
	closed bool  // after the array
	failed error // of the reader
	value  []byte
}

func newSplitter(r io.Reader, limit int) *splitter {
	return &splitter{r: r, limit: limit, buf: make([]byte, 256<<10)}
}

// fill reads on when everything was used. False at the end; s.failed says whether it is a clean one.
func (s *splitter) fill() bool {
	for s.pos == s.end {
		if s.failed != nil {
			return false
		}
		s.pos, s.end = 0, 0
		s.end, s.failed = s.r.Read(s.buf)
	}
	return true
}

// next returns the next element, or io.EOF at the end of a file that is whole. With any other error the rest of the file is
// lost; s.offset says where.
func (s *splitter) next() (element, error) {
	for s.fill() {
		c := s.buf[s.pos]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || s.byteOrderMark(c):
			s.skip(1)
		case c == '[' && !s.array && !s.closed:
			s.array = true
			s.skip(1)
		case c == ']' && s.array:
			s.array, s.closed = false, true
			s.skip(1)
		case s.closed:
			return element{}, fmt.Errorf("more follows after the end of the list")
		case c == '{' || c == '[' || c == '"' || c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f' || c == 'n':
			s.begun = true
			return s.take()
		default:
			return element{}, fmt.Errorf("it is not JSON from here on")
		}
	}
	switch {
	case !errors.Is(s.failed, io.EOF):
		return element{}, s.failed
	case s.array:
		return element{}, errCut
	}
	return element{}, io.EOF
}

func (s *splitter) skip(n int) { s.pos, s.offset = s.pos+n, s.offset+int64(n) }

func (s *splitter) byteOrderMark(c byte) bool {
	return !s.begun && !s.array && s.offset < 3 && c == "\xEF\xBB\xBF"[s.offset]
}

// take reads one value from its first byte to its last.
func (s *splitter) take() (element, error) {
	e := element{offset: s.offset, listed: s.array}
	s.value = s.value[:0]
	var scan scanner
	for s.fill() {
		n, done := scan.over(s.buf[s.pos:s.end])
		switch {
		case e.refuse != "":
		case scan.deepest > maxDepth:
			e.refuse, s.value = fmt.Sprintf("it is nested more than %d deep", maxDepth), nil
		case len(s.value)+n > s.limit:
			e.refuse, s.value = fmt.Sprintf("the conversation is larger than %s", size(int64(s.limit))), nil
		default:
			s.value = append(s.value, s.buf[s.pos:s.pos+n]...)
		}
		s.skip(n)
		if done {
			break
		}
	}
	switch {
	case scan.depth == 0 && !scan.quoted:
	case errors.Is(s.failed, io.EOF):
		s.offset = e.offset
		return element{}, errCut
	default:
		s.offset = e.offset
		return element{}, s.failed
	}
	if e.refuse == "" {
		e.raw = s.value
	}
	return e, nil
}

// scanner finds the end of a value: it knows strings and brackets, and nothing else of JSON.
type scanner struct {
	depth, deepest  int
	quoted, escaped bool
	scalar          bool
}

// over goes over b and returns how much of it belongs to the value, and whether the value ends there.
func (s *scanner) over(b []byte) (n int, done bool) {
	quote, slash := -1, -1 // the next ones at or after i, where i is in a string; most of a chat is strings
	for i := 0; i < len(b); i++ {
		if s.escaped {
			s.escaped = false
			continue
		}
		if s.quoted {
			quote, slash = next(b, '"', i, quote), next(b, '\\', i, slash)
			if i = min(quote, slash); i == len(b) {
				break
			}
			s.escaped = b[i] == '\\'
			s.quoted = s.escaped
			if !s.quoted && s.depth == 0 {
				return i + 1, true
			}
			continue
		}
		switch c := b[i]; c {
		case '"', '{', '[', '}', ']', ',', ' ', '\t', '\r', '\n':
			if s.scalar {
				return i, true
			}
			if s.structure(c) {
				return i + 1, true
			}
		default:
			s.scalar = s.scalar || s.depth == 0
		}
	}
	return len(b), false
}

// structure takes a byte that means something; true: with it the value ends.
func (s *scanner) structure(c byte) bool {
	switch c {
	case '"':
		s.quoted = true
	case '{', '[':
		s.depth++
		s.deepest = max(s.deepest, s.depth)
	case '}', ']':
		s.depth--
		return s.depth == 0
	}
	return false
}

// next is the place of c in b at or after from; len(b) where there is none. known is an earlier answer, which holds until it
// is passed, so that no byte is looked at twice.
func next(b []byte, c byte, from, known int) int {
	if known >= from {
		return known
	}
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

// size says a number of bytes to a person.
func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
