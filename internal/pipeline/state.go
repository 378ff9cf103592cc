package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/storage"
)

// maxStateBytes bounds what is read of a state file: a seal of a million tasks
// stays below it.
const maxStateBytes = 1 << 30

// ErrDamaged says that a plan, a marker, a seal or an output is not what was
// written: cut, empty, filled with NUL, edited, or with a flipped bit.
var ErrDamaged = errors.New("damaged")

// A stateFile is a plan, a marker or a seal. It holds the hash of its own
// canonical JSON, so that no flipped bit in it can go unnoticed, and the hash
// names it to those who build on it.
type stateFile interface {
	// selfHash is the field that holds the hash; it is empty while the hash is
	// computed.
	selfHash() *string
	// normalize makes equal states equal bytes.
	normalize() error
}

// encodeState sets the hash of s and returns the bytes of its file: indented
// JSON in the order of the struct's fields and a newline.
func encodeState(s stateFile) ([]byte, error) {
	if err := s.normalize(); err != nil {
		return nil, err
	}
	*s.selfHash() = ""
	compact, err := marshal(s, "")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(compact)
	*s.selfHash() = hex.EncodeToString(sum[:])
	return marshal(s, "  ")
}

// decodeState fills s from the bytes of its file. Only the very bytes that
// encodeState makes are accepted; all else is ErrDamaged.
func decodeState(data []byte, s stateFile) error {
	if err := json.Unmarshal(data, s); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	stated := *s.selfHash()
	again, err := encodeState(s)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if *s.selfHash() != stated || !bytes.Equal(again, data) {
		return fmt.Errorf("%w: its content does not match its hash", ErrDamaged)
	}
	return nil
}

// marshal is json.Marshal without the escapes that HTML needs, and a newline.
func marshal(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	return out.Bytes(), nil
}

// canonical rewrites a JSON value with sorted keys and without white space.
// Numbers keep their digits.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	value, err := parse(raw)
	if err != nil {
		return nil, err
	}
	out, err := marshal(value, "")
	return bytes.TrimSuffix(out, []byte("\n")), err
}

// parse decodes exactly one JSON value; numbers become json.Number.
func parse(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

// readState reads the bytes of a state file.
func readState(fsys storage.FS, path string) ([]byte, error) {
	handle, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(handle, maxStateBytes))
	if closeErr := handle.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}
