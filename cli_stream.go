package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// openFile opens a file that a command line names; one that cannot be read is wrong usage.
func openFile(path string) (*os.File, error) {
	const hint = "Name a file that you can read."
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError{err.Error(), hint}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", path)
	}
	if err != nil {
		f.Close()
		return nil, usageError{err.Error(), hint}
	}
	return f, nil
}

// checkedWriter remembers that something could not be written: output that is lost is a failure, even where the command that
// printed it did not look.
type checkedWriter struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}

// interruptible is an input that ends with a context: a read from a terminal or a pipe would otherwise wait on after
// Ctrl-C. A read that was given up is left behind, and what it gets is lost with the process.
type interruptible struct {
	ctx context.Context //nolint:containedctx // it lives as long as one command
	in  io.Reader

	buf  []byte
	left []byte // read and not yet taken
	err  error  // comes after left
}

// Read implements io.Reader.
func (r *interruptible) Read(p []byte) (int, error) {
	if len(r.left) == 0 && r.err == nil {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	if n == 0 && len(p) > 0 {
		return 0, r.err
	}
	return n, nil
}

func (r *interruptible) fill() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.buf == nil {
		r.buf = make([]byte, 256<<10)
	}
	type outcome struct {
		n   int
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		n, err := r.in.Read(r.buf)
		done <- outcome{n, err}
	}()
	select {
	case <-r.ctx.Done():
		return r.ctx.Err()
	case o := <-done:
		r.left, r.err = r.buf[:o.n], o.err
		return nil
	}
}
