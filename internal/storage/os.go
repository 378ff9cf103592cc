package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// OS returns the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

type osHandle struct{ *os.File }

func (h osHandle) Size() (int64, error) {
	info, err := h.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (osFS) Open(name string) (Handle, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return osHandle{f}, nil
}

func (osFS) Create(name string) (Handle, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return osHandle{f}, nil
}

func (osFS) Mkdir(name string) error { return os.Mkdir(name, 0o777) }

func (osFS) Link(oldName, newName string) error { return os.Link(oldName, newName) }

func (osFS) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

func (osFS) Remove(name string) error { return os.Remove(name) }

func (osFS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

func (osFS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// SyncDir takes a file system that cannot sync folders, which some network and
// FUSE file systems answer with EINVAL or ENOTSUP, for one that need not.
func (osFS) SyncDir(name string) (err error) {
	if !canSyncDir {
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := d.Close(); err == nil {
			err = closeErr
		}
	}()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
