//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package storage

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

const canSyncDir = true

// maxOwnerBytes bounds what is read from a lock file.
const maxOwnerBytes = 4096

// Lock uses flock(2), which lives and dies with the open file, not with the
// process id, and reaches over NFS on Linux.
func (osFS) Lock(name string, shared bool, owner Owner) (io.Closer, error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, named("lock", err)
		}
		lock := &osLock{file: f, name: name, shared: shared}
		held, err := lock.take(owner)
		if held {
			return lock, nil
		}
		_ = f.Close() // nothing was written that matters
		if err != nil {
			return nil, err
		}
	}
}

type osLock struct {
	file   *os.File
	name   string
	shared bool
}

// take locks the open file. Neither held nor an error means that the last
// owner removed the file in between, and that there may be a new one.
func (l *osLock) take(owner Owner) (held bool, err error) {
	how := syscall.LOCK_EX
	if l.shared {
		how = syscall.LOCK_SH
	}
	if err := l.flock(how); err != nil {
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return false, unsupported(named("lock "+l.name, err))
		}
		line := make([]byte, maxOwnerBytes)
		n, _ := l.file.ReadAt(line, 0) // io.EOF: the line is short
		return false, &BusyError{Path: l.name, Owner: decodeOwner(line[:n])}
	}
	if !l.current() {
		return false, nil
	}
	if l.shared {
		return true, nil
	}
	line, err := owner.encode()
	if err != nil {
		return false, err
	}
	if err := l.file.Truncate(0); err != nil {
		return false, named("lock", err)
	}
	if _, err := l.file.WriteAt(line, 0); err != nil {
		return false, named("lock", err)
	}
	return true, nil
}

func (l *osLock) flock(how int) error {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// current says whether the open file is still the one that bears the name.
func (l *osLock) current() bool {
	open, err := l.file.Stat()
	if err != nil {
		return false
	}
	found, err := os.Stat(l.name)
	return err == nil && os.SameFile(open, found)
}

// Close removes the lock file if nobody else holds it, and lets go.
func (l *osLock) Close() error {
	if l.shared && l.flock(syscall.LOCK_EX) != nil {
		return l.file.Close()
	}
	var removeErr error
	if l.current() {
		removeErr = os.Remove(l.name)
	}
	if err := l.file.Close(); err != nil {
		return err
	}
	if errors.Is(removeErr, fs.ErrNotExist) {
		return nil
	}
	return removeErr
}

// unsupported turns the error numbers of file systems without locks into
// errors.ErrUnsupported.
func unsupported(err error) error {
	if errors.Is(err, syscall.ENOLCK) {
		return errors.Join(errors.ErrUnsupported, err)
	}
	return err
}
