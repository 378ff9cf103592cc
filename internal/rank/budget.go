package rank

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// ErrBudget says that a budget or a list of budgets makes no sense.
var ErrBudget = errors.New("invalid budget")

// partsPerPercent is the resolution of shares: a ten-thousandth of a percent.
const partsPerPercent = 10_000

// A Budget says how much to keep: a number of tokens, a share of the tokens of
// all eligible documents, or everything. The zero Budget is none.
type Budget struct {
	tokens int64 // > 0, or 0 for a share
	share  int64 // in ten-thousandths of a percent; partsPerPercent*100+1 is "all"
}

const (
	wholeShare = 100 * partsPerPercent
	allShare   = wholeShare + 1 // "all" is told from "100%" by its spelling only
)

// units are the suffixes of token numbers and their decimal digits.
var units = [...]struct {
	suffix string
	digits int
}{{"T", 12}, {"B", 9}, {"M", 6}, {"K", 3}, {"", 0}}

// ParseBudget reads a budget: "40B", "1.5B", "25M", "800K", "123456" tokens,
// "30%", or "all". The error is ErrBudget.
func ParseBudget(s string) (Budget, error) {
	text := strings.TrimSpace(s)
	if strings.EqualFold(text, "all") {
		return Budget{share: allShare}, nil
	}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		share, err := decimal(number, 4)
		if err != nil || share > wholeShare {
			return Budget{}, fmt.Errorf("%w %q: want a share above 0%% and up to 100%%, in steps of 0.0001%%", ErrBudget, s)
		}
		return Budget{share: share}, nil
	}
	upper := strings.ToUpper(text)
	for _, unit := range units {
		number, ok := strings.CutSuffix(upper, unit.suffix)
		if !ok {
			continue
		}
		tokens, err := decimal(number, unit.digits)
		if err != nil {
			break
		}
		return Budget{tokens: tokens}, nil
	}
	return Budget{}, fmt.Errorf("%w %q: want tokens as 40B, 1.5B, 25M, 800K or 123456, a share as 30%%, or all", ErrBudget, s)
}

// decimal reads a positive decimal number and returns it times 10^digits,
// which must be whole.
func decimal(s string, digits int) (int64, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || point && fraction == "" || len(fraction) > digits || strings.ContainsAny(s, "+-_") {
		return 0, ErrBudget
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil || n == 0 {
		return 0, ErrBudget
	}
	return n, nil
}

// ValidateBudgets returns ErrBudget unless there is a budget and each is
// greater than the one before. Tokens and shares cannot be compared before the
// pool is known, so a list holds either; "all" may end any list.
func ValidateBudgets(budgets []Budget) error {
	if len(budgets) == 0 {
		return fmt.Errorf("%w: none given", ErrBudget)
	}
	for i, b := range budgets {
		if b == (Budget{}) {
			return fmt.Errorf("%w: empty", ErrBudget)
		}
		if i == 0 {
			continue
		}
		before := budgets[i-1]
		switch {
		case before.share >= wholeShare:
			return fmt.Errorf("%w: nothing is left for %s after %s", ErrBudget, b, before)
		case b.share == allShare:
		case (b.share > 0) != (before.share > 0):
			return fmt.Errorf("%w: %s and %s: tokens and shares cannot be mixed", ErrBudget, before, b)
		case b.tokens < before.tokens || b.share < before.share || b == before:
			return fmt.Errorf("%w: %s after %s: budgets must ascend", ErrBudget, b, before)
		}
	}
	return nil
}

// Tokens returns the budget in tokens, for a pool of total tokens. Shares are
// rounded down.
func (b Budget) Tokens(total int64) int64 {
	if b.share == 0 {
		return b.tokens
	}
	high, low := bits.Mul64(uint64(total), uint64(min(b.share, wholeShare)))
	quotient, _ := bits.Div64(high, low, wholeShare)
	return int64(quotient)
}

// String returns the shortest spelling that ParseBudget reads as b.
func (b Budget) String() string {
	number, suffix := b.spell()
	return number + suffix
}

func (b Budget) spell() (number, suffix string) {
	switch {
	case b.share == allShare:
		return "", "all"
	case b.share > 0:
		return fixed(b.share, 4), "%"
	}
	for _, unit := range units {
		// The largest unit in which the number is at least 1.
		if power := pow10(unit.digits); b.tokens >= power || power == 1 {
			return fixed(b.tokens, unit.digits), unit.suffix
		}
	}
	return "0", ""
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// fixed writes n / 10^digits without trailing zeros.
func fixed(n int64, digits int) string {
	power := pow10(digits)
	s := strconv.FormatInt(n/power, 10)
	if n%power == 0 {
		return s
	}
	return s + "." + strings.TrimRight(fmt.Sprintf("%0*d", digits, n%power), "0")
}

// TierName returns the folder of the tier: tier-040B, tier-001.5B, tier-025M,
// tier-30pct, tier-all. Whole numbers of one unit sort by name as by size.
func (b Budget) TierName() string {
	number, suffix := b.spell()
	width := 3
	if suffix == "%" {
		width, suffix = 2, "pct"
	}
	if number == "" {
		return "tier-" + suffix
	}
	whole, _, _ := strings.Cut(number, ".")
	return "tier-" + strings.Repeat("0", max(0, width-len(whole))) + number + suffix
}

// MarshalText returns String, for YAML and JSON.
func (b Budget) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText is ParseBudget, for YAML and JSON.
func (b *Budget) UnmarshalText(text []byte) error {
	parsed, err := ParseBudget(string(text))
	if err != nil {
		return err
	}
	*b = parsed
	return nil
}
