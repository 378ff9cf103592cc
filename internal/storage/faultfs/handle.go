package faultfs

import (
	"io"
	"io/fs"
	"slices"
	"syscall"
)

// A handle is an open file. The node stays alive when its name goes.
type handle struct {
	fsys   *FS
	path   string
	node   *node
	writes bool
	closed bool
	offset int // of the next Read
}

// transfer makes an operation that moves bytes; half of them if that is the
// fault. move returns how many of want it has moved.
func (h *handle) transfer(name string, want int, move func(want int) (int, error)) (int, error) {
	h.fsys.mu.Lock()
	defer h.fsys.mu.Unlock()
	kind := h.fsys.count(name, h.path)
	switch kind {
	case 0, Done:
	case Short:
		want /= 2
	case EIO, ENOSPC, ESTALE, PowerCut:
		return 0, &fs.PathError{Op: name, Path: h.path, Err: kind.err()}
	}
	if h.closed {
		return 0, &fs.PathError{Op: name, Path: h.path, Err: fs.ErrClosed}
	}
	n, err := move(want)
	if err == nil && kind == Done {
		err = &fs.PathError{Op: name, Path: h.path, Err: kind.err()}
	}
	return n, err
}

func (h *handle) Read(p []byte) (int, error) {
	return h.transfer("read", len(p), func(want int) (int, error) {
		if h.node.folder {
			return 0, syscall.EISDIR
		}
		if h.offset >= len(h.node.data) && want > 0 {
			return 0, io.EOF
		}
		n := copy(p[:want], h.node.data[h.offset:])
		h.offset += n
		return n, nil
	})
}

// ReadAt never reads short of the end: os.File asks again until it has all.
func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	return h.transfer("read", len(p), func(int) (int, error) {
		if off >= int64(len(h.node.data)) {
			return 0, io.EOF
		}
		n := copy(p, h.node.data[off:])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	})
}

func (h *handle) Write(p []byte) (int, error) {
	return h.transfer("write", len(p), func(want int) (int, error) {
		if !h.writes {
			return 0, syscall.EBADF
		}
		h.node.data = append(h.node.data, p[:want]...)
		return want, nil
	})
}

// Sync makes the content durable, unless an earlier one has failed: then the
// kernel has dropped the pages and reports success.
func (h *handle) Sync() error {
	err := h.fsys.do("sync", h.path, func() error {
		if !h.node.broken {
			h.node.synced = slices.Clone(h.node.data)
		}
		return nil
	})
	if err != nil {
		h.fsys.mu.Lock()
		h.node.broken = true
		h.fsys.mu.Unlock()
	}
	return err
}

// Close gives the handle back even when it answers with an error.
func (h *handle) Close() error {
	err := h.fsys.do("close", h.path, func() error {
		if h.closed {
			return fs.ErrClosed
		}
		return nil
	})
	h.fsys.mu.Lock()
	defer h.fsys.mu.Unlock()
	h.closed = true
	return err
}

func (h *handle) Size() (size int64, err error) {
	err = h.fsys.do("size", h.path, func() error {
		size = int64(len(h.node.data))
		return nil
	})
	return size, err
}
