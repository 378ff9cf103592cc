//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package storage

import (
	"errors"
	"fmt"
	"io"
)

// canSyncDir is false: folders cannot be opened for fsync.
const canSyncDir = false

// Lock has no implementation here. Commits stay safe without it.
func (osFS) Lock(name string, _ bool, _ Owner) (io.Closer, error) {
	return nil, fmt.Errorf("lock %s: %w", name, errors.ErrUnsupported)
}
