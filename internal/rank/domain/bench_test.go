//go:build unix

package domain

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"

	"mathsieve/internal/shuffle"
)

// A crawl generates pages: 1,000,000 hosts of 800,000 domains, each of them
// once, then by Zipf's law, with paths of sections, years and titles.
type crawl struct {
	r    *rand.Rand
	zipf *rand.Zipf
	made int
	url  []byte
}

const crawlHosts = 1_000_000

func newCrawl() *crawl {
	r := rand.New(rand.NewPCG(1, 2))
	return &crawl{r: r, zipf: rand.NewZipf(r, 1.1, 8, crawlHosts-1)}
}

func (c *crawl) next() Page {
	host := uint64(c.made) * 611_953 % crawlHosts // prime to the number of hosts
	if c.made >= crawlHosts {
		host = c.zipf.Uint64()
	}
	c.url = append(c.url[:0], "https://www"...)
	c.url = strconv.AppendUint(c.url, host%5/4, 10)
	c.url = append(c.url, ".site"...)
	c.url = strconv.AppendUint(c.url, host/5*4+host%5%4, 10)
	c.url = append(c.url, ".com/section"...)
	c.url = strconv.AppendInt(c.url, int64(c.r.IntN(20)), 10)
	c.url = append(c.url, "/20"...)
	c.url = strconv.AppendInt(c.url, int64(10+c.r.IntN(16)), 10)
	c.url = append(c.url, "/title-"...)
	c.url = strconv.AppendInt(c.url, int64(c.r.IntN(1<<30)), 10)
	logit := float32(c.r.NormFloat64() * 3)
	p := Page{URL: string(c.url), Pack: uint32(c.made / 1_000_000), Row: uint32(c.made % 1_000_000), Logit: logit, Tokens: uint32(c.r.IntN(3000)), Collected: logit > 4}
	c.made++
	return p
}

// A dirScratch is a shuffle.Scratch on disk.
type dirScratch string

func (d dirScratch) Create(name string) (io.WriteCloser, error) {
	return os.Create(filepath.Join(string(d), name))
}

func (d dirScratch) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), name))
}

func (d dirScratch) Remove(name string) error { return os.Remove(filepath.Join(string(d), name)) }

type diskTable struct {
	*os.File
	size int64
}

func (t diskTable) Size() int64 { return t.size }

// BenchmarkTenMillion counts ten packs of 1,000,000 pages and merges them in 16
// sections. It reports the greatest resident memory of the process in each
// half, which on Linux can be set back, and how much was written.
func BenchmarkTenMillion(b *testing.B) {
	for _, memory := range []int64{64 << 20, 256 << 20} {
		b.Run(fmt.Sprintf("memory=%dMiB", memory>>20), func(b *testing.B) {
			for b.Loop() {
				tenMillion(b, memory)
			}
		})
	}
}

func tenMillion(b *testing.B, memory int64) {
	const packs, perPack, sections = 10, 1_000_000, 16
	dir := b.TempDir()
	o := DefaultOptions()
	pages := newCrawl()
	resetPeak(b)
	started := userSeconds(b)
	var partialBytes, tableBytes int64
	create := func(name string, write func(w io.Writer) error) int64 {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 256<<10)
		if err := write(w); err != nil {
			b.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		size, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		return size
	}
	name := func(i int) string { return "pack-" + strconv.Itoa(i) }
	for i := range packs {
		c, err := NewCounter(o, 4, shuffle.Space{Memory: memory, Scratch: dirScratch(dir), Name: "c"})
		if err != nil {
			b.Fatal(err)
		}
		for range perPack {
			if err := c.Add(pages.next()); err != nil {
				b.Fatal(err)
			}
		}
		partialBytes += create(name(i), func(w io.Writer) error { return c.WriteTo(w, sections) })
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
	counted := userSeconds(b)
	countPeak := peak(b)
	resetPeak(b)
	in := Partials{N: packs, Open: func(i int) (shuffle.File, error) {
		f, err := os.Open(filepath.Join(dir, name(i)))
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		return diskTable{f, info.Size()}, err
	}}
	var totals Totals
	for section := range sections {
		tableBytes += create("table-"+strconv.Itoa(section), func(w io.Writer) error {
			sum, err := Merge(context.Background(), o, in, section, w, shuffle.Space{Memory: memory, Scratch: dirScratch(dir), Name: "m"})
			totals.add(sum)
			return err
		})
	}
	if totals.Hosts != crawlHosts || totals.All.Pages != packs*perPack {
		b.Fatalf("%+v", totals)
	}
	b.ReportMetric(counted-started, "count-user-s")
	b.ReportMetric(userSeconds(b)-counted, "merge-user-s")
	b.ReportMetric(countPeak, "count-peak-MB")
	b.ReportMetric(peak(b), "merge-peak-MB")
	b.ReportMetric(float64(partialBytes)/1e6, "partial-MB")
	b.ReportMetric(float64(tableBytes)/1e6, "table-MB")
}

// peak returns the greatest resident memory in MB; 0 where there is no /proc.
func peak(b *testing.B) float64 {
	b.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(data) {
		var kib float64
		if n, _ := fmt.Sscanf(string(line), "VmHWM: %f kB", &kib); n == 1 {
			return kib * 1024 / 1e6
		}
	}
	return 0
}

// resetPeak sets the greatest resident memory back to what it is now.
func resetPeak(b *testing.B) {
	b.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the peak includes what came before: %v", err)
	}
}

// userSeconds returns the user time that the process took so far.
func userSeconds(b *testing.B) float64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Sec) + float64(usage.Utime.Usec)/1e6
}

func BenchmarkAdd(b *testing.B) {
	pages := newCrawl()
	batch := make([]Page, 1<<16)
	for i := range batch {
		batch[i] = pages.next()
	}
	b.ReportAllocs()
	for b.Loop() {
		c, err := NewCounter(DefaultOptions(), 4, shuffle.Space{Memory: 64 << 20})
		if err != nil {
			b.Fatal(err)
		}
		for i := range batch {
			if err := c.Add(batch[i]); err != nil {
				b.Fatal(err)
			}
		}
		if err := c.WriteTo(io.Discard, 16); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/page")
}
