package rank

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParseBudget(t *testing.T) {
	f := func(in string, tokens int64, text, name string) {
		t.Helper()
		b, err := ParseBudget(in)
		if err != nil {
			t.Errorf("ParseBudget(%q): %v", in, err)
			return
		}
		if got := b.Tokens(1_000_003); got != tokens {
			t.Errorf("%q: %d tokens, want %d", in, got, tokens)
		}
		if b.String() != text || b.TierName() != name {
			t.Errorf("%q: String %q, TierName %q, want %q, %q", in, b.String(), b.TierName(), text, name)
		}
		if again, err := ParseBudget(b.String()); err != nil || again != b {
			t.Errorf("%q does not read back: %v, %v", b.String(), again, err)
		}
	}
	f("40B", 40_000_000_000, "40B", "tier-040B")
	f("160b", 160_000_000_000, "160B", "tier-160B")
	f("1.5B", 1_500_000_000, "1.5B", "tier-001.5B")
	f(" 25M ", 25_000_000, "25M", "tier-025M")
	f("2000M", 2_000_000_000, "2B", "tier-002B")
	f("1.25T", 1_250_000_000_000, "1.25T", "tier-001.25T")
	f("800K", 800_000, "800K", "tier-800K")
	f("123456", 123_456, "123.456K", "tier-123.456K")
	f("999", 999, "999", "tier-999")
	f("7", 7, "7", "tier-007")
	f("1000M", 1_000_000_000, "1B", "tier-001B")
	f("30%", 300_000, "30%", "tier-30pct")
	f("5%", 50_000, "5%", "tier-05pct")
	f("0.1%", 1000, "0.1%", "tier-00.1pct")
	f("100%", 1_000_003, "100%", "tier-100pct")
	f("All", 1_000_003, "all", "tier-all")
}

func TestParseBudgetErrors(t *testing.T) {
	for _, in := range []string{
		"", " ", "B", "%", "0", "0B", "0%", "-1B", "+1B", "1.B", ".5B", "1..5B", "1.2345678901B", "0.5", "1e9", "1_000", "100.1%", "101%",
		"0.00001%", "40 B", "40BB", "40G", "99999999999B", "9999999999999999999", "NaN", "alles",
	} {
		if b, err := ParseBudget(in); !errors.Is(err, ErrBudget) {
			t.Errorf("ParseBudget(%q) = %v, %v", in, b, err)
		}
	}
}

// parseBudgets reads budgets that are separated by commas and checks them.
func parseBudgets(list string) ([]Budget, error) {
	var budgets []Budget
	for field := range strings.SplitSeq(list, ",") {
		b, err := ParseBudget(field)
		if err != nil {
			return nil, err
		}
		budgets = append(budgets, b)
	}
	return budgets, ValidateBudgets(budgets)
}

func TestValidateBudgets(t *testing.T) {
	f := func(in string, ok bool) {
		t.Helper()
		if budgets, err := parseBudgets(in); (err == nil) != ok || !ok && !errors.Is(err, ErrBudget) {
			t.Errorf("budgets %q: %v, %v", in, budgets, err)
		}
	}
	f("40B,80B,120B,160B", true)
	f("40B, 80B, all", true)
	f("1%,5%,100%", true)
	f("500M,1B", true)
	f("all", true)
	f("", false)
	f("40B,,80B", false)
	f("80B,40B", false)
	f("40B,40B", false)
	f("1000M,1B", false)
	f("40B,50%", false)
	f("50%,40B", false)
	f("all,all", false)
	f("100%,all", false)
	f("all,40B", false)
}

// Names must be valid in lists and sort as the sizes do.
func TestTierNamesSort(t *testing.T) {
	for _, list := range []string{"8B,40B,80B,120B", "1.5M,2.5M,10.5M", "2%,5%,30%"} {
		budgets, err := parseBudgets(list)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, b := range budgets {
			names = append(names, b.TierName())
		}
		if !slices.IsSorted(names) {
			t.Errorf("%v are out of order", names)
		}
	}
}

// A share of a pool near the greatest number must not overflow.
func TestShareOfHugePool(t *testing.T) {
	b, err := ParseBudget("99.9999%")
	if err != nil {
		t.Fatal(err)
	}
	const total = 1<<63 - 1
	if got := b.Tokens(total); got <= total/2 || got >= total {
		t.Errorf("Tokens = %d", got)
	}
}

func TestOptionsValidate(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Options){
		func(o *Options) { o.Budgets = nil },
		func(o *Options) { o.MinScore = -0.1 },
		func(o *Options) { o.MinScore = 1.1 },
		func(o *Options) { o.PartBytes = 0 },
	} {
		o := DefaultOptions()
		change(&o)
		if o.Validate() == nil {
			t.Errorf("Validate accepts %+v", o)
		}
	}
}

func FuzzParseBudget(f *testing.F) {
	for _, s := range []string{"40B", "1.5M", "30%", "all", "0.0001%", "9223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBudget(s)
		if err != nil {
			return
		}
		again, err := ParseBudget(b.String())
		if err != nil || again != b {
			t.Errorf("%q reads as %v, which reads as %v, %v", s, b, again, err)
		}
		if ValidateBudgets([]Budget{b}) != nil || b.Tokens(1<<62) < 0 {
			t.Errorf("%q gives %v, which is no budget", s, b)
		}
	})
}
