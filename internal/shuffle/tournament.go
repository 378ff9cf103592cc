package shuffle

// A Runner is one of the sorted sequences that a [Tournament] merges.
type Runner[R any] interface {
	// Before reports whether what the runner stands at comes before what the
	// other one stands at; a runner that is done comes after all others.
	Before(other R) bool
	// Advance goes to what comes next, or makes the runner done.
	Advance() error
}

// A Tournament finds the least of many runners again and again, with a
// comparison for each doubling of their number: loser[i] for i > 0 lost the
// match at inner node i of a binary tree whose leaves are the runners, loser[0]
// won them all (Knuth, The Art of Computer Programming, volume 3, 5.4.1).
type Tournament[R Runner[R]] struct {
	runners []R
	loser   []int
}

// NewTournament plays the first round of at least one runner, each of which
// stands at its first element. The slice is the tournament's.
func NewTournament[R Runner[R]](runners []R) *Tournament[R] {
	t := &Tournament[R]{runners: runners, loser: make([]int, len(runners))}
	t.loser[0] = t.play(1)
	return t
}

// play fills the losers of the subtree at inner node i and returns its winner.
// Node i has the children 2i and 2i+1; numbers from len(runners) on are leaves.
func (t *Tournament[R]) play(i int) int {
	if i >= len(t.runners) {
		return i - len(t.runners)
	}
	winner, loser := t.play(2*i), t.play(2*i+1)
	if t.runners[loser].Before(t.runners[winner]) {
		winner, loser = loser, winner
	}
	t.loser[i] = loser
	return winner
}

// Least returns the runner that comes first. If it is done, all are.
func (t *Tournament[R]) Least() R { return t.runners[t.loser[0]] }

// Advance lets the runner that came first go on and play its way up again.
func (t *Tournament[R]) Advance() error {
	winner := t.loser[0]
	if err := t.runners[winner].Advance(); err != nil {
		return err
	}
	for i := (winner + len(t.runners)) / 2; i > 0; i /= 2 {
		if t.runners[t.loser[i]].Before(t.runners[winner]) {
			winner, t.loser[i] = t.loser[i], winner
		}
	}
	t.loser[0] = winner
	return nil
}
