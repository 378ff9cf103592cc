package storage

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// writeBuffer is the size in bytes of a File's buffer: large enough that a
// parallel file system sees few calls, small enough for hundreds of open files.
const writeBuffer = 128 << 10

// A File is whole or absent: it is written under an attempt name in the folder
// of its target, and its name appears with Commit.
type File struct {
	fsys    FS
	path    string
	attempt string
	handle  Handle // nil once closed
	buffer  *bufio.Writer
	sink    summer
	err     error // first failure of Write or Close; no later call succeeds
	state   fileState
}

type fileState uint8

const (
	fileOpen    fileState = iota
	fileClosed            // durable under the attempt name
	fileRefused           // Commit met other bytes; Replace is allowed
	fileDone              // committed or aborted
)

// summer counts and hashes what really went into the file, also when that is
// less than it should be: bufio.Writer then writes the rest or fails.
type summer struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (s *summer) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Create starts a file that will be called path. The folder must exist.
// The caller ends it with Commit or Abort.
func Create(fsys FS, path string) (*File, error) {
	attempt, err := AttemptName(path)
	if err != nil {
		return nil, err
	}
	handle, err := fsys.Create(attempt)
	if err != nil {
		return nil, named("create", err)
	}
	f := &File{fsys: fsys, path: path, attempt: attempt, handle: handle}
	f.sink = summer{w: handle, hash: sha256.New()}
	f.buffer = bufio.NewWriterSize(&f.sink, writeBuffer)
	return f, nil
}

// Write appends to the file. After an error nothing more is written, and
// Commit returns the same error.
func (f *File) Write(p []byte) (int, error) {
	if f.state != fileOpen {
		return 0, fmt.Errorf("write %s: %w", f.path, ErrClosed)
	}
	n, err := f.buffer.Write(p)
	if err != nil {
		f.err = named("write", err)
	}
	return n, f.err
}

// Close makes the content durable, still under the attempt name, and gives the
// descriptor back. Commit does it where the caller has not. Idempotent.
func (f *File) Close() error {
	if f.state != fileOpen {
		return f.err
	}
	f.state = fileClosed
	if f.err == nil {
		if err := f.buffer.Flush(); err != nil {
			f.err = named("write", err)
		} else if err := f.handle.Sync(); err != nil {
			f.err = named("sync", err)
		}
	}
	// The error of Close counts even after a good Sync: quota and write-back
	// errors of network file systems may be reported here for the first time.
	if err := f.handle.Close(); err != nil && f.err == nil {
		f.err = named("close", err)
	}
	f.handle, f.buffer = nil, nil
	return f.err
}

// Commit makes the file durable and visible under its path, and returns the
// size and hash of what was written. If a file of that name holds the same
// bytes already, it stays, and Commit succeeds. If it holds other bytes, the
// error is ErrConflict and the caller calls Replace or Abort. After any other
// error the attempt is gone; the path may already bear the whole file.
func (f *File) Commit() (Sum, error) {
	if f.state == fileDone || f.state == fileRefused {
		return Sum{}, fmt.Errorf("commit %s: %w", f.path, ErrClosed)
	}
	if err := f.Close(); err != nil {
		f.Abort()
		return Sum{}, err
	}
	sum := f.Sum()
	if err := f.publish(sum); err != nil {
		if errors.Is(err, ErrConflict) {
			f.state = fileRefused
		} else {
			f.Abort()
		}
		return Sum{}, err
	}
	f.state = fileDone
	return sum, f.settle()
}

// Sum is the size and hash of what has been flushed so far: after Close, of
// the whole file.
func (f *File) Sum() Sum {
	return Sum{Size: f.sink.size, SHA256: hex.EncodeToString(f.sink.hash.Sum(nil))}
}

// publish gives the attempt its final name, or finds that the name already
// stands for the same bytes.
func (f *File) publish(sum Sum) error {
	err := f.fsys.Link(f.attempt, f.path)
	if linkUnsupported(err) {
		err = f.publishByRename()
	}
	if err == nil {
		return nil
	}
	switch found := Verify(f.fsys, f.path, sum); {
	case found == nil:
		return nil
	case !errors.Is(err, fs.ErrExist):
		return named("publish", err)
	case errors.Is(found, ErrSize), errors.Is(found, ErrChecksum):
		return fmt.Errorf("commit %s: %w", f.path, ErrConflict)
	default:
		return named("publish", found)
	}
}

// publishByRename serves file systems without hard links. Between the look and
// the rename a twin may publish; its bytes are the same, so no harm is done.
func (f *File) publishByRename() error {
	_, err := f.fsys.Stat(f.path)
	if err == nil {
		return &fs.PathError{Op: "rename", Path: f.path, Err: fs.ErrExist}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.fsys.Rename(f.attempt, f.path)
}

// linkUnsupported knows how file systems say that they have no hard links:
// FAT says EPERM.
func linkUnsupported(err error) bool {
	return err != nil && (errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM))
}

// settle removes the attempt and makes the folder durable.
func (f *File) settle() error {
	removeErr := f.fsys.Remove(f.attempt)
	if err := f.fsys.SyncDir(filepath.Dir(f.path)); err != nil {
		return named("sync folder", err)
	}
	if removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
		return named("remove attempt", removeErr)
	}
	return nil
}

// Replace puts the file in the place of the one that Commit met. It is for
// callers who know that nobody refers to the other one.
func (f *File) Replace() (Sum, error) {
	if f.state != fileRefused {
		return Sum{}, fmt.Errorf("replace %s: %w", f.path, ErrClosed)
	}
	sum := f.Sum()
	// Rename, not remove and link: a reader of the same name finds the old file
	// or the new one, and a twin that replaces too finds a file in any case.
	if err := f.fsys.Rename(f.attempt, f.path); err != nil && Verify(f.fsys, f.path, sum) != nil {
		f.Abort()
		return Sum{}, named("replace", err)
	}
	f.state = fileDone
	return sum, f.settle()
}

// WriteFile makes a file that holds data. If one of that name holds other
// bytes, replace is asked: the file takes its place, or the error is
// ErrConflict.
func WriteFile(fsys FS, path string, data []byte, replace func() bool) error {
	f, err := Create(fsys, path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	_, err = f.Commit()
	if errors.Is(err, ErrConflict) && replace() {
		_, err = f.Replace()
	}
	return err
}

// Abort removes the attempt. After Commit, Replace or Abort it does nothing.
func (f *File) Abort() {
	if f.state == fileDone {
		return
	}
	f.state = fileDone
	if f.handle != nil {
		_ = f.handle.Close() // the content is unwanted
		f.handle, f.buffer = nil, nil
	}
	// What cannot be removed now is swept when the next run starts.
	_ = f.fsys.Remove(f.attempt)
}

// AttemptName is a name in the folder of path that no other attempt uses.
func AttemptName(path string) (string, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("name attempt: %w", err)
	}
	return path + attemptMark + strconv.Itoa(os.Getpid()) + "." + hex.EncodeToString(random[:]), nil
}
