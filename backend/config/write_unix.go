//go:build !windows

package config

import "os"

// SyncDir makes the entries of a folder durable: files that were made, renamed or removed in it.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
