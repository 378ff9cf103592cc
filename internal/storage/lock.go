package storage

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// An Owner is the process that holds an exclusive lock.
type Owner struct {
	Host string `json:"host"`
	PID  int    `json:"pid"`
	// Start is when the process took the lock.
	Start time.Time `json:"start"`
}

// Self is this process as the owner of a lock that it takes now.
func Self() Owner {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return Owner{Host: host, PID: os.Getpid(), Start: time.Now().UTC().Truncate(time.Second)}
}

// A BusyError names who holds a lock; it is ErrBusy to errors.Is.
type BusyError struct {
	// Path is the lock file.
	Path string
	// Owner is zero if it is not known.
	Owner Owner
}

// Error names the owner if it is known.
func (e *BusyError) Error() string {
	if e.Owner.Host == "" {
		return e.Path + ": in use by another process"
	}
	return fmt.Sprintf("%s: in use by %s pid %d since %s", e.Path, e.Owner.Host, e.Owner.PID, e.Owner.Start.Format(time.RFC3339))
}

// Is makes a BusyError match ErrBusy.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// encode is the line that a lock file holds.
func (o Owner) encode() ([]byte, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode lock owner: %w", err)
	}
	return append(line, '\n'), nil
}

// decodeOwner reads what encode wrote. Whatever else it finds, for example
// nothing because the owner has not come to writing yet, is an unknown owner.
func decodeOwner(line []byte) Owner {
	var o Owner
	if json.Unmarshal(line, &o) != nil {
		return Owner{}
	}
	return o
}
