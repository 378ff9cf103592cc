package faultfs

import (
	"errors"
	"io/fs"
	"strconv"
	"syscall"
)

// A Kind is what goes wrong.
type Kind uint8

// The kinds of fault.
const (
	// EIO is a device error; the operation has no effect.
	EIO Kind = iota + 1
	// ENOSPC is a full disk; the operation has no effect.
	ENOSPC
	// ESTALE is a file handle that an NFS server has forgotten.
	ESTALE
	// Short writes half of the bytes, or reads half of them, and does not say
	// why. Other operations just work.
	Short
	// Done does the operation and then answers EIO, as a network file system
	// does when the reply is lost.
	Done
	// PowerCut ends this operation and all later ones with ErrPowerCut.
	PowerCut
)

// Kinds are all faults that a program survives.
func Kinds() []Kind { return []Kind{EIO, ENOSPC, ESTALE, Short, Done} }

// String is the name of the constant.
func (k Kind) String() string {
	names := [...]string{"none", "EIO", "ENOSPC", "ESTALE", "Short", "Done", "PowerCut"}
	if int(k) < len(names) {
		return names[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// ErrPowerCut is what a program gets from a machine that is off.
var ErrPowerCut = errors.New("power cut")

func (k Kind) err() error {
	switch k {
	case ENOSPC:
		return syscall.ENOSPC
	case ESTALE:
		return syscall.ESTALE
	case PowerCut:
		return ErrPowerCut
	case EIO, Short, Done:
	}
	return syscall.EIO
}

// A Fault is one thing that goes wrong.
type Fault struct {
	Kind Kind
	// At is the number of the operation that fails.
	At int
	// Forever makes all later operations fail too.
	Forever bool
}

// An Operation is one call, for finding the number of a certain one.
type Operation struct{ Name, Path string }

// Inject sets the fault that is to come; a zero Fault means none. Numbers count
// from the making of the FS, or from Reset.
func (f *FS) Inject(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// Reset sets the count of operations to zero and takes the fault away.
func (f *FS) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.operations = Fault{}, nil
}

// Operations lists what was called since the FS was made or reset; the
// operation with number n stands at n-1.
func (f *FS) Operations() []Operation {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Operation(nil), f.operations...)
}

// Fired says whether the fault that was injected has happened.
func (f *FS) Fired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault.Kind != 0 && len(f.operations) >= f.fault.At
}

// count numbers an operation and says what is to go wrong with it.
func (f *FS) count(name, path string) Kind {
	f.operations = append(f.operations, Operation{name, path})
	n := len(f.operations)
	if f.fault.Kind == PowerCut && n >= f.fault.At {
		f.off = true
	}
	switch {
	case f.off:
		return PowerCut
	case n == f.fault.At, f.fault.Forever && n > f.fault.At:
		return f.fault.Kind
	}
	return 0
}

// do makes an operation that either happens or does not.
func (f *FS) do(name, path string, effect func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	kind := f.count(name, path)
	if kind != 0 && kind != Short && kind != Done {
		return &fs.PathError{Op: name, Path: path, Err: kind.err()}
	}
	err := effect()
	if err == nil && kind == Done {
		err = kind.err()
	}
	if err != nil {
		return &fs.PathError{Op: name, Path: path, Err: err}
	}
	return nil
}
