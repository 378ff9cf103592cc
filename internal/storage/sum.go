package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// A Sum says what a file must contain.
type Sum struct {
	// Size is the length in bytes.
	Size int64 `json:"size"`
	// SHA256 is the hash of the content in lower-case hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// Verify reads the whole file and compares it with want. The error is ErrSize,
// ErrChecksum, or what the file system said.
func Verify(fsys FS, path string, want Sum) error {
	r, err := Open(fsys, path, want)
	if err != nil {
		return err
	}
	buffer := make([]byte, min(max(want.Size, 1), 1<<20))
	for err == nil {
		_, err = r.Read(buffer)
	}
	if closeErr := r.Close(); err == io.EOF { //nolint:errorlint // Reader returns a bare io.EOF
		return closeErr
	}
	return err
}

// CheckSize compares the size of a file with want without reading it. The
// error is ErrSize or what the file system said.
func CheckSize(fsys FS, path string, want Sum) error {
	info, err := fsys.Stat(path)
	if err != nil {
		return err
	}
	return sizeError(path, info.Size(), want)
}

func sizeError(path string, size int64, want Sum) error {
	if size != want.Size {
		return fmt.Errorf("%s: %w: %d bytes instead of %d", path, ErrSize, size, want.Size)
	}
	return nil
}

// openChecked opens a file and checks its size.
func openChecked(fsys FS, path string, want Sum) (Handle, error) {
	handle, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	size, err := handle.Size()
	if err == nil {
		err = sizeError(path, size, want)
	}
	if err != nil {
		_ = handle.Close() // only read
		return nil, err
	}
	return handle, nil
}

// A Reader reads a file once from its start and checks it at the end.
type Reader struct {
	handle Handle
	path   string
	want   Sum
	hash   hash.Hash
	err    error
}

// Open opens a file that must be as want says. The size is checked now, the
// hash when the Reader comes to the end.
func Open(fsys FS, path string, want Sum) (*Reader, error) {
	handle, err := openChecked(fsys, path, want)
	if err != nil {
		return nil, err
	}
	return &Reader{handle: handle, path: path, want: want, hash: sha256.New()}, nil
}

// Read returns io.EOF only if every byte was as it should be; else ErrChecksum
// stands in its place, and what was read before is not to be trusted.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.handle.Read(p)
	r.hash.Write(p[:n])
	if err == io.EOF { //nolint:errorlint // a Handle returns a bare io.EOF
		err = r.check()
	}
	r.err = err
	return n, err
}

// check compares what was read with what was wanted; io.EOF means the same.
func (r *Reader) check() error {
	if got := hex.EncodeToString(r.hash.Sum(nil)); got != r.want.SHA256 {
		return fmt.Errorf("%s: %w: %s instead of %s", r.path, ErrChecksum, got, r.want.SHA256)
	}
	return io.EOF
}

// Size is the length of the whole file in bytes.
func (r *Reader) Size() int64 { return r.want.Size }

// Close closes the file. Bytes that were not read are not checked.
func (r *Reader) Close() error { return r.handle.Close() }

// A ReaderAt reads any part of a file of known size. It cannot check a hash of
// the whole: a format that is read in parts carries checksums of its parts.
type ReaderAt struct {
	handle Handle
	size   int64
}

// OpenAt opens a file for reading in parts; only its size is checked.
func OpenAt(fsys FS, path string, want Sum) (*ReaderAt, error) {
	handle, err := openChecked(fsys, path, want)
	if err != nil {
		return nil, err
	}
	return &ReaderAt{handle: handle, size: want.Size}, nil
}

// ReadAt reads len(p) bytes at offset off, as io.ReaderAt says.
func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) { return r.handle.ReadAt(p, off) }

// Size is the length of the file in bytes.
func (r *ReaderAt) Size() int64 { return r.size }

// Close closes the file.
func (r *ReaderAt) Close() error { return r.handle.Close() }
