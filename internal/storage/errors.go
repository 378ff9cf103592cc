package storage

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrConflict says that the target of a commit exists with other bytes.
	ErrConflict = errors.New("exists with other content")
	// ErrSize says that a file is longer or shorter than it should be.
	ErrSize = errors.New("size mismatch")
	// ErrChecksum says that a file has the right size and the wrong bytes.
	ErrChecksum = errors.New("sha256 mismatch")
	// ErrBusy says that somebody else holds a lock.
	ErrBusy = errors.New("in use")
	// ErrFull says that there is no room for a file: disk, quota, file size
	// limit or inodes. The error number stays in the chain.
	ErrFull = errors.New("out of space")
	// ErrClosed says that a File was used after Close, Commit or Abort.
	ErrClosed = errors.New("file already closed")
)

// named puts what was attempted before err, and ErrFull into its chain where
// space is what was missing.
func named(action string, err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return fmt.Errorf("%s: %w: %w", action, ErrFull, err)
		}
	}
	return fmt.Errorf("%s: %w", action, err)
}
