package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	// ErrPlanDiffers says that a folder holds a run of another plan.
	ErrPlanDiffers = errors.New("plan differs")
	// ErrVersion says that another version of the tool or of the plan's format
	// made the run.
	ErrVersion = errors.New("made by another version")
)

// What differs between two plans.
const (
	DiffSetting Diff = iota // a setting, which can be given as it was
	DiffRecipe              // the recipe or a version: another run altogether
	DiffContent             // the content of an input
	DiffInputs              // which inputs there are, or their order
)

// A Diff is a kind of difference between two plans.
type Diff int

// A PlanDiff is the first difference between the plan of a run and the one
// asked for now. It is ErrPlanDiffers to errors.Is, and ErrVersion too where
// Key is "schema" or "version".
type PlanDiff struct {
	Kind Diff
	// Key is the dotted path of a setting, or names an input.
	Key string
	// Was and Now are the two values as a user would write them.
	Was, Now string
}

// Error reads like "select.budgets: was [40B], now [80B]".
func (d *PlanDiff) Error() string { return d.Key + ": was " + d.Was + ", now " + d.Now }

// Is makes a PlanDiff match its sentinels.
func (d *PlanDiff) Is(target error) bool {
	return target == ErrPlanDiffers || target == ErrVersion && (d.Key == "schema" || d.Key == "version")
}

// comparePlans returns the first difference as a *PlanDiff, or nil.
func comparePlans(was, now Plan) error {
	if was.Hash == now.Hash {
		return nil
	}
	for _, field := range []struct{ key, was, now string }{
		{"schema", strconv.Itoa(was.Schema), strconv.Itoa(now.Schema)},
		{"version", was.Version, now.Version},
		{"recipe", was.Recipe, now.Recipe},
	} {
		if field.was != field.now {
			return &PlanDiff{Kind: DiffRecipe, Key: field.key, Was: show(field.was), Now: show(field.now)}
		}
	}
	wasConfig, err := parse(was.Config)
	if err != nil {
		return fmt.Errorf("plan config: %w", err)
	}
	nowConfig, err := parse(now.Config)
	if err != nil {
		return fmt.Errorf("plan config: %w", err)
	}
	if diff := compareValues("", wasConfig, nowConfig); diff != nil {
		return diff
	}
	if diff := compareInputs(was.Inputs, now.Inputs); diff != nil {
		return diff
	}
	return &PlanDiff{Key: "hash", Was: was.Hash, Now: now.Hash}
}

// absent stands for a key that an object does not have.
type absent struct{}

// compareValues descends into objects and into lists of objects of one length.
func compareValues(key string, was, now any) *PlanDiff {
	switch was := was.(type) {
	case map[string]any:
		now, ok := now.(map[string]any)
		if !ok {
			break
		}
		return compareObjects(key, was, now)
	case []any:
		now, ok := now.([]any)
		if !ok || len(was) != len(now) || !hasObject(was) {
			break
		}
		for i := range was {
			if diff := compareValues(key+"["+strconv.Itoa(i)+"]", was[i], now[i]); diff != nil {
				return diff
			}
		}
		return nil
	}
	if w, n := showJSON(was), showJSON(now); w != n {
		return &PlanDiff{Key: key, Was: w, Now: n}
	}
	return nil
}

func compareObjects(key string, was, now map[string]any) *PlanDiff {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(now))
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		w, ok := was[k]
		if !ok {
			w = absent{}
		}
		n, ok := now[k]
		if !ok {
			n = absent{}
		}
		if diff := compareValues(strings.TrimPrefix(key+"."+k, "."), w, n); diff != nil {
			return diff
		}
	}
	return nil
}

func hasObject(list []any) bool {
	return slices.ContainsFunc(list, func(v any) bool {
		_, ok := v.(map[string]any)
		return ok
	})
}

// compareInputs names the first input that changed, went, or came.
func compareInputs(was, now []Input) *PlanDiff {
	nowByPath := make(map[Input]bool, len(now))
	for _, in := range now {
		nowByPath[Input{Path: in.Path, Role: in.Role}] = true
	}
	for i := range max(len(was), len(now)) {
		switch {
		case i >= len(was):
			return &PlanDiff{Kind: DiffInputs, Key: inputKey(now[i]), Was: notAmong, Now: describe(now[i])}
		case i < len(now) && was[i] == now[i]:
		case i < len(now) && was[i].Path == now[i].Path && was[i].Role == now[i].Role:
			return &PlanDiff{Kind: DiffContent, Key: inputKey(was[i]), Was: describe(was[i]), Now: describe(now[i])}
		case i >= len(now) || !nowByPath[Input{Path: was[i].Path, Role: was[i].Role}]:
			return &PlanDiff{Kind: DiffInputs, Key: inputKey(was[i]), Was: describe(was[i]), Now: notAmong + elsewhere(was[i], now)}
		default:
			return &PlanDiff{Kind: DiffInputs, Key: "input " + strconv.Itoa(i), Was: show(was[i].Path), Now: show(now[i].Path)}
		}
	}
	return nil
}

// notAmong stands for an input that a plan does not have. It says nothing about
// the disk: the file may be there, and not be named.
const notAmong = "not among the inputs"

// elsewhere names the input that has the content of another, if there is one.
func elsewhere(was Input, now []Input) string {
	for _, in := range now {
		if in.Size == was.Size && in.Hash == was.Hash {
			return "; " + show(in.Path) + " has the same size and hash"
		}
	}
	return ""
}

func inputKey(in Input) string {
	return strings.TrimSpace("input "+in.Role) + " " + show(in.Path)
}

func describe(in Input) string {
	const digits = 12 // enough of a hash to see that it differs
	return fmt.Sprintf("%d bytes with hash %.*s", in.Size, digits, in.Hash)
}

// showJSON writes a value as a user would write it on a command line.
func showJSON(value any) string {
	switch value := value.(type) {
	case absent:
		return "unset"
	case nil:
		return "null"
	case string:
		return show(value)
	case []any:
		parts := make([]string, len(value))
		for i, part := range value {
			parts[i] = showJSON(part)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		out, err := marshal(value, "")
		if err != nil {
			return fmt.Sprint(value)
		}
		return string(bytes.TrimSpace(out))
	}
}

// show quotes a string that would not be clear without quotes.
func show(s string) string {
	plain := func(r rune) bool { return unicode.IsPrint(r) && !strings.ContainsRune(`",[]`, r) }
	if s == "" || strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}

// decodePlan reads plan.json. A schema that this version does not know is told
// from damage, so that the user learns which version to take.
func decodePlan(data []byte) (Plan, error) {
	var head struct {
		Schema  int    `json:"schema"`
		Version string `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Plan{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if head.Schema != PlanSchema {
		return Plan{}, &PlanDiff{
			Kind: DiffRecipe,
			Key:  "schema",
			Was:  strconv.Itoa(head.Schema) + " (version " + show(head.Version) + ")",
			Now:  strconv.Itoa(PlanSchema),
		}
	}
	var plan Plan
	err := decodeState(data, &plan)
	return plan, err
}
