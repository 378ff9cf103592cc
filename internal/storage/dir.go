package storage

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// attemptMark stands between the name of a file and its attempt's own part.
const attemptMark = ".tmp."

// MkdirAll makes a folder and the folders above it, and makes those durable
// that it made.
func MkdirAll(fsys FS, dir string) error {
	dir = filepath.Clean(dir)
	if info, err := fsys.Stat(dir); err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: dir, Err: errNotDir}
		}
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MkdirAll(fsys, parent); err != nil {
			return err
		}
	}
	return Mkdir(fsys, dir)
}

var errNotDir = errors.New("not a folder")

// Mkdir makes a folder if it is missing, and makes it durable in its parent in
// either case: whoever made it may have died before that.
func Mkdir(fsys FS, dir string) error {
	if err := fsys.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return named("make folder", err)
	}
	if err := fsys.SyncDir(filepath.Dir(dir)); err != nil {
		return named("sync folder", err)
	}
	return nil
}

// RemoveAll removes a file or a folder with all that is in it. What is already
// gone is no error.
func RemoveAll(fsys FS, name string) error {
	err := fsys.Remove(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	entries, listErr := fsys.ReadDir(name)
	if listErr != nil {
		return err
	}
	for _, entry := range entries {
		if err := RemoveAll(fsys, filepath.Join(name, entry.Name())); err != nil {
			return err
		}
	}
	return fsys.Remove(name)
}

// IsAttempt says whether a name, without its folder, is one that AttemptName
// makes.
func IsAttempt(name string) bool {
	i := strings.LastIndex(name, attemptMark)
	if i <= 0 {
		return false
	}
	pid, random, found := strings.Cut(name[i+len(attemptMark):], ".")
	return found && len(random) == 16 && made(pid, "0123456789") && made(random, "0123456789abcdef")
}

// made says whether s is not empty and has only characters of alphabet.
func made(s, alphabet string) bool {
	return s != "" && strings.Trim(s, alphabet) == ""
}

// Sweep removes attempts, files and folders, from dir and the folders below
// it, and returns how many. The caller must know that nobody is writing there.
func Sweep(fsys FS, dir string) (int, error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	swept := 0
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		switch {
		case IsAttempt(entry.Name()):
			if err := RemoveAll(fsys, name); err != nil {
				return swept, named("remove attempt", err)
			}
			swept++
		case entry.IsDir():
			n, err := Sweep(fsys, name)
			swept += n
			if err != nil {
				return swept, err
			}
		}
	}
	return swept, nil
}
