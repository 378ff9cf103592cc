package storage

import (
	"io"
	"io/fs"
)

// An FS is every operation on files that a run makes. Names are paths of the
// operating system. Errors wrap a syscall.Errno where there is one, so that
// errors.Is works with the sentinels of io/fs and with single error numbers.
type FS interface {
	// Open opens a file for reading.
	Open(name string) (Handle, error)
	// Create makes a file for writing and fails with fs.ErrExist when the name
	// is taken, also by a dangling symbolic link.
	Create(name string) (Handle, error)
	// Mkdir makes one folder. It is durable after SyncDir of its parent.
	Mkdir(name string) error
	// Link gives a file a second name; it never replaces one.
	Link(oldName, newName string) error
	// Rename moves a file and replaces the one that bears the new name.
	Rename(oldName, newName string) error
	// Remove deletes a file or an empty folder.
	Remove(name string) error
	// Stat follows symbolic links.
	Stat(name string) (fs.FileInfo, error)
	// ReadDir lists a folder in the order of names.
	ReadDir(name string) ([]fs.DirEntry, error)
	// SyncDir makes the names in a folder durable.
	SyncDir(name string) error
	// Lock takes an advisory lock on the named file, which it makes if need be,
	// without waiting: a *BusyError says who has it. Close of the result
	// releases it; the kernel does when the process dies. Shared locks go
	// beside each other, an exclusive one, which leaves owner in the file, goes
	// alone. The error is errors.ErrUnsupported where there are no locks.
	Lock(name string, shared bool, owner Owner) (io.Closer, error)
}

// A Handle is an open file, for reading or for writing, never both.
type Handle interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Closer
	// Sync makes the content, but not the name, of the file durable. After an
	// error the content is lost and a second Sync proves nothing.
	Sync() error
	// Size is the length of the file in bytes.
	Size() (int64, error)
}
