package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Size is a number of bytes. It reads "4GiB", "64MiB", "512KiB", "1.5GB" or
// a bare number.
type Size int64

// sizeUnits in the order in which String tries them.
var sizeUnits = []struct {
	name  string
	bytes float64
}{
	{"TiB", 1 << 40},
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"TB", 1e12},
	{"GB", 1e9},
	{"MB", 1e6},
	{"KB", 1e3},
	{"B", 1},
}

// ParseSize reads a size as a person writes it.
func ParseSize(s string) (Size, error) {
	number, unit := strings.TrimSpace(s), 1.0
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0) || n*unit > math.MaxInt64/2 {
		return 0, fmt.Errorf("size %q is not a number of bytes such as 4GiB, 512MiB or 1000000", s)
	}
	return Size(n * unit), nil
}

// String writes the size with the largest binary unit that divides it.
func (s Size) String() string {
	for _, u := range sizeUnits[:4] {
		if unit := Size(u.bytes); s >= unit && s%unit == 0 {
			return strconv.FormatInt(int64(s/unit), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (s *Size) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := ParseSize(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*s = parsed
	return nil
}

// MarshalYAML implements [yaml.Marshaler].
func (s Size) MarshalYAML() (any, error) { return s.String(), nil }
