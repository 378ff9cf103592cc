package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/tokens"
)

func corpusName(round int) string { return numbered("corpus", round) }

// A Manifest describes a finished corpus: what is in it and what made it. It
// holds no time and no host, so equal corpora have equal manifests.
type Manifest struct {
	Format  string `json:"format"`
	Version string `json:"output_version"`
	Plan    string `json:"plan"`
	Round   int    `json:"round"`
	// Vocabulary counted the tokens; Library is the module that ships it.
	Vocabulary string `json:"vocabulary"`
	Library    string `json:"vocabulary_library"`
	// Documents and Tokens are those that could have been selected.
	Documents int64            `json:"eligible_documents"`
	Tokens    int64            `json:"eligible_tokens"`
	MinScore  float64          `json:"min_score"`
	Tiers     []ManifestTier   `json:"tiers"`
	Inputs    []pipeline.Input `json:"inputs"`
	Config    json.RawMessage  `json:"config"`
}

// A ManifestTier is a tier and its files. The corpus of a budget is the tiers
// up to it.
type ManifestTier struct {
	rank.Tier
	// Probability is the score at the cut; Score is its logit.
	Probability float64        `json:"probability"`
	Folder      string         `json:"folder"`
	Parts       []ManifestPart `json:"parts"`
}

// A ManifestPart is a file of a tier.
type ManifestPart struct {
	pipeline.Output
	Documents int64 `json:"documents"`
	Tokens    int64 `json:"tokens"`
	Bytes     int64 `json:"text_bytes"`
}

// manifestName is the manifest's file, beside the folders of the tiers.
const manifestName = "manifest.json"

// manifest describes the corpus of a round, after all its parts are there.
func (s selector) manifest(_ context.Context, t *pipeline.Task) error {
	selection, err := readSelection(t.Run, s.round)
	if err != nil {
		return err
	}
	outputs, err := t.Run.Outputs(selectName(s.round))
	if err != nil {
		return err
	}
	m := Manifest{
		Format: s.job.cfg.Output.Format, Version: OutputVersion, Plan: t.Run.Plan().Hash, Round: s.round,
		Vocabulary: s.job.cfg.Tokens.Vocabulary, Library: tokens.Library,
		Documents: selection.Cuts.Documents, Tokens: selection.Cuts.Tokens, MinScore: s.job.cfg.Select.MinScore,
		Inputs: s.job.plan.Inputs, Config: s.job.plan.Config,
	}
	for _, tier := range selection.Cuts.Tiers {
		m.Tiers = append(m.Tiers, ManifestTier{Tier: tier, Probability: fasttext.Sigmoid(float64(tier.Score)), Folder: tier.Budget.TierName(), Parts: []ManifestPart{}})
	}
	for i, part := range selection.Parts {
		if len(outputs[i]) != 1 {
			return fmt.Errorf("part %d has %d files, want 1", i, len(outputs[i]))
		}
		out := outputs[i][0]
		out.Path = strings.TrimPrefix(out.Path, s.job.corpusDir(s.round)+"/")
		tier := &m.Tiers[part.Tier]
		tier.Parts = append(tier.Parts, ManifestPart{Output: out, Documents: part.Documents, Tokens: part.Tokens, Bytes: part.Bytes})
	}
	file, err := newOutput(t.CreateAt(path.Join(s.job.corpusDir(s.round), manifestName)))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(file)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return errors.Join(enc.Encode(m), file.Close())
}
