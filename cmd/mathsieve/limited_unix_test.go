//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// limited BYTES PROGRAM ARGS... is the program for a disk that is full: it
// runs another one that cannot write files of more than so many bytes.
func limited() {
	size, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err == nil {
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size})
	}
	program, lookErr := exec.LookPath(os.Args[2])
	if err == nil && lookErr == nil {
		err = syscall.Exec(program, os.Args[2:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "limited:", err, lookErr)
}
