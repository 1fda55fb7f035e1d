package estate

import (
	"bufio"
	"errors"
	"io"
)

var errTooLong = errors.New("too long")

// readLine reads a line of up to maxValue bytes; a longer one is skipped with errTooLong.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if len(line) > maxValue {
			line, long = nil, true
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && err == nil {
			err = errTooLong
		}
		return line, err
	}
}

// source counts bytes and lines of what is read, and bounds a single value.
type source struct {
	in     io.Reader
	read   int64
	shift  int64   // bytes before the decoder's offset 0
	start  int64   // of the value that is being read
	breaks []int64 // offsets of line ends that were read and not yet counted
	lines  int
}

func (s *source) Read(p []byte) (int, error) {
	if s.read-s.start > maxValue+2*peekLine && s.start > 0 {
		return 0, errTooLong
	}
	n, err := s.in.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			s.breaks = append(s.breaks, s.read+int64(i))
		}
	}
	s.read += int64(n)
	return n, err
}

// mark says that a value begins at offset.
func (s *source) mark(offset int64) {
	s.start = max(offset+s.shift, 1)
	s.line(offset)
}

// line of an offset that does not fall from call to call.
func (s *source) line(offset int64) int {
	n := 0
	for n < len(s.breaks) && s.breaks[n] < offset+s.shift {
		n++
	}
	s.lines += n
	s.breaks = s.breaks[n:]
	return s.lines + 1
}
