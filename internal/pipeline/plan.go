package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// PlanSchema is the version of the formats of plan, marker and seal.
const PlanSchema = 1

// A Plan is all that decides the bytes of a run. It is written once and never
// changes: other settings are another run.
type Plan struct {
	// Schema is the version of the format; OpenRun sets it to PlanSchema.
	Schema int `json:"schema"`
	// Version is that of the tool's output: it changes when the same plan
	// would give other bytes.
	Version string `json:"version"`
	// Recipe names the graph of stages, such as "run" or "dedup".
	Recipe string `json:"recipe"`
	// Config is a JSON object with every setting that decides output bytes.
	Config json.RawMessage `json:"config"`
	// Inputs are the files that the run reads, in the order of its tasks.
	Inputs []Input `json:"inputs"`
	// Hash identifies the run: the SHA-256 of the plan's canonical JSON with
	// an empty Hash. OpenRun sets it.
	Hash string `json:"hash"`
}

// An Input is a file that a run reads.
type Input struct {
	// Path is what the user said, an address or a path.
	Path string `json:"path"`
	// Size is the length in bytes, -1 if it is not known.
	Size int64 `json:"size"`
	// Hash identifies the content as far as that is cheap; see HashInput.
	Hash string `json:"hash"`
	// Role is what the recipe uses it for, such as "pool" or "positive".
	Role string `json:"role"`
}

func (p *Plan) selfHash() *string { return &p.Hash }

func (p *Plan) normalize() error {
	config, err := canonical(p.Config)
	if err != nil {
		return fmt.Errorf("plan config: %w", err)
	}
	if len(config) == 0 || config[0] != '{' {
		return errors.New("plan config: not a JSON object")
	}
	p.Config = config
	if p.Inputs == nil {
		p.Inputs = []Input{}
	}
	return nil
}

// inputEdge is how much of each end of an input HashInput reads, in bytes.
const inputEdge = 1 << 20

// HashInput is the SHA-256 of the first and last MiB and the size of an input:
// an input of a hundred terabytes is recognized without being read. A change
// in the middle that keeps the size is not seen.
func HashInput(r io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n", size)
	head := min(size, inputEdge)
	tail := min(size-head, inputEdge)
	for _, part := range []*io.SectionReader{
		io.NewSectionReader(r, 0, head),
		io.NewSectionReader(r, size-tail, tail),
	} {
		n, err := io.Copy(h, part)
		if err == nil && n < part.Size() {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", fmt.Errorf("hash input: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
