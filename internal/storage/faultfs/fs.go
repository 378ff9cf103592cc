package faultfs

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"mathsieve/internal/storage"
)

// An FS is a file system in memory. It is safe for concurrent use.
type FS struct {
	// NoLinks makes Link fail as on FAT; NoLocks makes Lock fail as on a file
	// system without locks. Set them before use.
	NoLinks, NoLocks bool

	mu         sync.Mutex
	root       *node
	locks      map[string]*lock
	operations []Operation
	fault      Fault
	off        bool
	hidden     map[string]bool
}

// A node is a file or a folder.
type node struct {
	folder bool

	data   []byte // what a reader gets
	synced []byte // what is on the disk
	broken bool   // a Sync failed: later ones are lies

	names   map[string]*node // what ReadDir gets
	durable map[string]*node // what is on the disk
	pending []change         // since SyncDir, oldest first
}

// A change of a folder reaches the disk as a whole or not at all. A nil node
// means that the name goes.
type change map[string]*node

func newFolder() *node {
	return &node{folder: true, names: map[string]*node{}, durable: map[string]*node{}}
}

// New returns an empty file system, which is a root folder.
func New() *FS { return &FS{root: newFolder(), locks: map[string]*lock{}} }

var _ storage.FS = (*FS)(nil)

// clean makes one name out of all that mean the same.
func clean(name string) string { return path.Clean("/" + filepath.ToSlash(name)) }

// find returns the node of a cleaned name.
func (f *FS) find(name string) (*node, error) {
	if f.hidden[name] {
		return nil, syscall.ENOENT
	}
	at := f.root
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		if part == "" {
			continue
		}
		if !at.folder {
			return nil, syscall.ENOTDIR
		}
		at = at.names[part]
		if at == nil {
			return nil, syscall.ENOENT
		}
	}
	return at, nil
}

// parent returns the folder that holds a name.
func (f *FS) parent(name string) (*node, error) {
	folder, err := f.find(path.Dir(name))
	if err != nil {
		return nil, err
	}
	if !folder.folder {
		return nil, syscall.ENOTDIR
	}
	return folder, nil
}

func (n *node) apply(c change) {
	for name, to := range c {
		if to == nil {
			delete(n.names, name)
		} else {
			n.names[name] = to
		}
	}
	n.pending = append(n.pending, c)
}

// add puts a new node under a free name.
func (f *FS) add(name string, n *node) error {
	folder, err := f.parent(name)
	if err != nil {
		return err
	}
	if folder.names[path.Base(name)] != nil {
		return syscall.EEXIST
	}
	folder.apply(change{path.Base(name): n})
	return nil
}

// Open opens a file for reading.
func (f *FS) Open(name string) (storage.Handle, error) {
	name = clean(name)
	h := &handle{fsys: f, path: name}
	err := f.do("open", name, func() (err error) {
		h.node, err = f.find(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Create makes a file for writing.
func (f *FS) Create(name string) (storage.Handle, error) {
	name = clean(name)
	h := &handle{fsys: f, path: name, node: &node{}, writes: true}
	if err := f.do("create", name, func() error { return f.add(name, h.node) }); err != nil {
		return nil, err
	}
	return h, nil
}

// Mkdir makes a folder.
func (f *FS) Mkdir(name string) error {
	name = clean(name)
	return f.do("mkdir", name, func() error { return f.add(name, newFolder()) })
}

// Link gives a file a second name.
func (f *FS) Link(oldName, newName string) error {
	oldName, newName = clean(oldName), clean(newName)
	return f.do("link", newName, func() error {
		if f.NoLinks {
			return syscall.EPERM
		}
		n, err := f.find(oldName)
		if err != nil {
			return err
		}
		return f.add(newName, n)
	})
}

// Rename moves a file within its folder.
func (f *FS) Rename(oldName, newName string) error {
	oldName, newName = clean(oldName), clean(newName)
	return f.do("rename", newName, func() error {
		if path.Dir(oldName) != path.Dir(newName) {
			return syscall.EXDEV
		}
		n, err := f.find(oldName)
		if err != nil {
			return err
		}
		folder, err := f.parent(newName)
		if err != nil {
			return err
		}
		if other := folder.names[path.Base(newName)]; other == n {
			return nil // as POSIX wants it for two names of one file
		}
		folder.apply(change{path.Base(oldName): nil, path.Base(newName): n})
		return nil
	})
}

// Remove deletes a file or an empty folder.
func (f *FS) Remove(name string) error {
	name = clean(name)
	return f.do("remove", name, func() error {
		n, err := f.find(name)
		if err != nil {
			return err
		}
		if len(n.names) > 0 {
			return syscall.ENOTEMPTY
		}
		folder, err := f.parent(name)
		if err != nil {
			return err
		}
		folder.apply(change{path.Base(name): nil})
		return nil
	})
}

// Stat describes a file.
func (f *FS) Stat(name string) (info fs.FileInfo, err error) {
	name = clean(name)
	err = f.do("stat", name, func() error {
		n, err := f.find(name)
		if err == nil {
			info = fileInfo{path.Base(name), n.folder, int64(len(n.data))}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

// ReadDir lists a folder in the order of names.
func (f *FS) ReadDir(name string) (entries []fs.DirEntry, err error) {
	name = clean(name)
	err = f.do("readdir", name, func() error {
		n, err := f.find(name)
		if err != nil {
			return err
		}
		if !n.folder {
			return syscall.ENOTDIR
		}
		maps.DeleteFunc(f.hidden, func(hidden string, _ bool) bool { return path.Dir(hidden) == name })
		for _, base := range slices.Sorted(maps.Keys(n.names)) {
			child := n.names[base]
			entries = append(entries, fs.FileInfoToDirEntry(fileInfo{base, child.folder, int64(len(child.data))}))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// SyncDir makes the names in a folder durable.
func (f *FS) SyncDir(name string) error {
	name = clean(name)
	return f.do("syncdir", name, func() error {
		n, err := f.find(name)
		if err != nil {
			return err
		}
		n.durable, n.pending = maps.Clone(n.names), nil
		return nil
	})
}

// Tree returns all files by name, and all folders with a slash at the end of
// theirs.
func (f *FS) Tree() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	tree := map[string]string{}
	f.root.list("", tree)
	return tree
}

func (n *node) list(name string, tree map[string]string) {
	if !n.folder {
		tree[name] = string(n.data)
		return
	}
	tree[name+"/"] = ""
	for base, child := range n.names {
		child.list(name+"/"+base, tree)
	}
}

// WriteFile sets the content of a file, durably and without counting. It makes
// the file, not its folder.
func (f *FS) WriteFile(name, content string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	folder, err := f.parent(clean(name))
	if err != nil {
		return err
	}
	n := &node{data: []byte(content), synced: []byte(content)}
	folder.names[path.Base(clean(name))] = n
	folder.durable[path.Base(clean(name))] = n
	return nil
}

// Hide makes a file unknown to Open and Stat until its folder is listed: so an
// NFS client behaves that has looked for the name before it was there.
func (f *FS) Hide(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hidden == nil {
		f.hidden = map[string]bool{}
	}
	f.hidden[clean(name)] = true
}

type lock struct {
	holders int
	shared  bool
	owner   storage.Owner
}

// Lock locks a name; it makes no file.
func (f *FS) Lock(name string, shared bool, owner storage.Owner) (io.Closer, error) {
	name = clean(name)
	taken := false
	err := f.do("lock", name, func() error {
		if f.NoLocks {
			return errors.ErrUnsupported
		}
		held := f.locks[name]
		if held != nil && (!held.shared || !shared) {
			return &storage.BusyError{Path: name, Owner: held.owner}
		}
		if held == nil {
			held = &lock{shared: shared, owner: owner}
			f.locks[name] = held
		}
		held.holders++
		taken = true
		return nil
	})
	if err != nil {
		if taken { // to answer with an error, the file is closed, which unlocks it
			f.unlock(name)
		}
		return nil, err
	}
	return &unlocker{f, name}, nil
}

func (f *FS) unlock(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	held := f.locks[name]
	if held.holders--; held.holders == 0 {
		delete(f.locks, name)
	}
}

type unlocker struct {
	fsys *FS
	name string
}

// Close releases the lock even when it answers with an error, as close(2) does.
func (u *unlocker) Close() error {
	u.fsys.unlock(u.name)
	return u.fsys.do("unlock", u.name, func() error { return nil })
}

type fileInfo struct {
	name   string
	folder bool
	size   int64
}

func (i fileInfo) Name() string { return i.name }
func (i fileInfo) Size() int64  { return i.size }
func (i fileInfo) IsDir() bool  { return i.folder }
func (fileInfo) Sys() any       { return nil }

func (fileInfo) ModTime() time.Time { return time.Time{} }

func (i fileInfo) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
