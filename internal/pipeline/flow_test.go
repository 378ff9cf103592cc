package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mathsieve/internal/pipeline"
)

// A page is an item that tells what is asked of it.
type page struct {
	number  int
	buffer  []byte
	result  int
	trimmed *atomic.Int64
}

func (p *page) Describe() string { return fmt.Sprintf("page %d", p.number) }

func (p *page) Trim() { p.trimmed.Add(1) }

// squares is a flow over n pages that hands their squares to write.
func squares(n, workers int, write func(*page) error) pipeline.Flow[page] {
	next := 0
	trimmed := new(atomic.Int64)
	return pipeline.Flow[page]{
		Workers: workers, BatchItems: 3, BatchBytes: 100,
		Read: func(p *page) (int, error) {
			if next == n {
				return 0, io.EOF
			}
			p.number, p.trimmed = next, trimmed
			p.buffer = append(p.buffer[:0], "some bytes"...)
			next++
			return 10 * next, nil // the first batches are cut by items, the later by bytes
		},
		Work: func() func(context.Context, *page) error {
			return func(_ context.Context, p *page) error {
				p.result = p.number * p.number
				return nil
			}
		},
		Write: write,
	}
}

func TestFlowOrder(t *testing.T) {
	for workers := range 9 {
		for _, n := range []int{0, 1, 2, 3, 4, 7, 100, 1000} {
			var got []int
			flow := squares(n, workers, func(p *page) error {
				got = append(got, p.result)
				return nil
			})
			if err := flow.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := make([]int, n)
			for i := range want {
				want[i] = i * i
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d workers, %d items: %v", workers, n, got)
			}
		}
	}
}

// TestFlowUneven makes the first items slow, so that later ones overtake them.
func TestFlowUneven(t *testing.T) {
	var got []int
	flow := squares(200, 4, func(p *page) error {
		got = append(got, p.number)
		return nil
	})
	flow.Work = func() func(context.Context, *page) error {
		return func(_ context.Context, p *page) error {
			if p.number%20 == 0 {
				time.Sleep(time.Millisecond)
			}
			return nil
		}
	}
	if err := flow.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got) != 200 || !slices.IsSorted(got) {
		t.Errorf("order %v", got)
	}
}

// TestFlowErrors fails in each of the three functions: the first error in the
// order of items comes back, and exactly the items before it are written.
func TestFlowErrors(t *testing.T) {
	broken := errors.New("broken")
	f := func(where string, cause error, want string) {
		t.Helper()
		for workers := 1; workers <= 8; workers++ {
			var got []int
			flow := squares(500, workers, nil)
			read, work := flow.Read, flow.Work
			fail := func(here string, number int) error {
				if here == where && number >= 123 {
					if cause == nil {
						panic("bug")
					}
					return fmt.Errorf("%s %d: %w", here, number, cause)
				}
				return nil
			}
			flow.Read = func(p *page) (int, error) {
				n, err := read(p)
				return n, errors.Join(err, fail("read", p.number))
			}
			flow.Work = func() func(context.Context, *page) error {
				do := work()
				return func(ctx context.Context, p *page) error {
					return errors.Join(do(ctx, p), fail("work", p.number))
				}
			}
			flow.Write = func(p *page) error {
				if err := fail("write", p.number); err != nil {
					return err
				}
				got = append(got, p.number)
				return nil
			}
			err := flow.Run(t.Context())
			if err == nil || err.Error() != want || cause != nil && !errors.Is(err, cause) {
				t.Errorf("%s, %d workers: %v", where, workers, err)
			}
			if len(got) != 123 {
				t.Errorf("%s, %d workers: %d items written", where, workers, len(got))
			}
		}
	}
	f("read", broken, "read 123: broken")
	f("work", broken, "work 123: broken")
	f("write", broken, "write 123: broken")
	// A cut file inside an item is no end of the input.
	f("read", io.EOF, "read 123: EOF")
	f("work", io.EOF, "work 123: EOF")
	f("write", io.EOF, "write 123: EOF")
	f("read", nil, "panic at page 123: bug")
	f("work", nil, "panic at page 123: bug")
	f("write", nil, "panic at page 123: bug")
}

func TestFlowPanicStack(t *testing.T) {
	flow := pipeline.Flow[int]{
		Workers: 2,
		Read:    func(*int) (int, error) { return 1, nil },
		Work: func() func(context.Context, *int) error {
			return func(context.Context, *int) error { panic("bug") }
		},
		Write: func(*int) error { return nil },
	}
	err := flow.Run(t.Context())
	var bug *pipeline.PanicError
	if !errors.As(err, &bug) || bug.Item != "" || err.Error() != "panic: bug" || !strings.Contains(string(bug.Stack), "TestFlowPanicStack") {
		t.Errorf("error %v", err)
	}
}

// TestFlowCancel stops an endless flow from each of its functions.
func TestFlowCancel(t *testing.T) {
	for _, where := range []string{"read", "work", "write", "before"} {
		for workers := 1; workers <= 8; workers++ {
			ctx, cancel := context.WithCancel(t.Context())
			stop := func(here string, p *page) {
				if here == where && p.number == 50 {
					cancel()
				}
			}
			flow := squares(-1, workers, func(p *page) error {
				stop("write", p)
				return nil
			})
			read := flow.Read
			flow.Read = func(p *page) (int, error) {
				n, err := read(p)
				stop("read", p)
				return n, err
			}
			flow.Work = func() func(context.Context, *page) error {
				return func(_ context.Context, p *page) error {
					stop("work", p)
					return nil
				}
			}
			if where == "before" {
				cancel()
			}
			if err := flow.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, %d workers: %v", where, workers, err)
			}
			cancel()
		}
	}
}

// TestFlowMemory counts the items that are alive at once, behind a writer that
// does not get on.
func TestFlowMemory(t *testing.T) {
	const workers, items = 4, 3
	var alive, most int64
	flow := squares(1000, workers, nil)
	flow.BatchBytes = 1 << 30
	read := flow.Read
	var count atomic.Int64
	flow.Read = func(p *page) (int, error) {
		n, err := read(p)
		if err == nil {
			count.Add(1)
		}
		return n, err
	}
	flow.Write = func(p *page) error {
		if p.number < 20 {
			time.Sleep(time.Millisecond)
		}
		alive = count.Load() - int64(p.number)
		most = max(most, alive)
		return nil
	}
	if err := flow.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if limit := int64((2*workers + 2) * items); most > limit || most <= items {
		t.Errorf("%d items alive at once, limit %d", most, limit)
	}
}

func TestFlowTrim(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		var trimmed *atomic.Int64
		flow := squares(50, workers, func(p *page) error {
			trimmed = p.trimmed
			return nil
		})
		if err := flow.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if trimmed.Load() != 50 {
			t.Errorf("%d workers: %d items trimmed", workers, trimmed.Load())
		}
	}
}

// BenchmarkFlow measures what an item costs beside its work.
func BenchmarkFlow(b *testing.B) {
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			const items = 10000
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				flow := pipeline.Flow[int]{
					Workers: workers,
					Read: func(*int) (int, error) {
						if n == items {
							return 0, io.EOF
						}
						n++
						return 1000, nil
					},
					Work:  func() func(context.Context, *int) error { return func(context.Context, *int) error { return nil } },
					Write: func(*int) error { return nil },
				}
				if err := flow.Run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*items), "ns/item")
		})
	}
}
