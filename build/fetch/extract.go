package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// extract takes one file out of a zip (a wheel is one) or a gzipped tar, checks its hash and puts it in place whole.
func extract(archive string, f file, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	temp := to + ".part"
	defer os.Remove(temp)
	if err := unpack(archive, f, temp); err != nil {
		return err
	}
	sum, err := sumFile(temp)
	if err != nil {
		return err
	}
	if sum != f.SHA256 {
		return fmt.Errorf("%s has SHA-256 %s, build/resources.json says %s; nothing was installed", f.From, sum, f.SHA256)
	}
	return os.Rename(temp, to)
}

func unpack(archive string, f file, to string) error {
	z, err := zip.OpenReader(archive)
	if errors.Is(err, zip.ErrFormat) {
		return unpackTar(archive, f, to)
	}
	if err != nil {
		return err
	}
	defer z.Close()
	in, err := z.Open(f.From)
	if err != nil {
		return err
	}
	defer in.Close()
	return write(to, in, f.mode())
}

func unpackTar(archive string, f file, to string) error {
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer in.Close()
	gz, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	for t := tar.NewReader(gz); ; {
		h, err := t.Next()
		if err != nil {
			return fmt.Errorf("find %s in the archive: %w", f.From, err)
		}
		if h.Name == f.From {
			return write(to, t, f.mode())
		}
	}
}

func write(to string, in io.Reader, mode os.FileMode) error {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
