package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// scaleDocs is the number of documents of TestScale where the environment says
// no other. MATHSIEVE_TEST_DOCS=50000000 wants 30 GB of disk and ten minutes.
const scaleDocs = 60_000

// TestScale takes sketches of synthetic documents through the global steps, on
// disk and within a memory limit, as two workers would: clusters whose sizes
// follow Zipf's law, one bucket of a fiftieth of all documents and at most a
// million, chains of a thousand links, repeated URLs and repeated texts. It
// reports time, peak memory and disk, and checks what is dropped.
//
// Fingerprints are computed when they are asked for; everything else is
// written and read.
func TestScale(t *testing.T) {
	docs := envNumber(t, "MATHSIEVE_TEST_DOCS", scaleDocs)
	rounds := envNumber(t, "MATHSIEVE_TEST_ROUNDS", 0)
	memory := int64(envNumber(t, "MATHSIEVE_TEST_MEMORY", 1<<30))
	workers := envNumber(t, "MATHSIEVE_TEST_WORKERS", 2)
	parts := envNumber(t, "MATHSIEVE_TEST_PARTS", max(docs/500_000, 4))
	if docs > scaleDocs {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(memory))
	}
	s := scale{
		world: newWorld(docs), dir: t.TempDir(), parts: parts, rounds: rounds, workers: workers,
		memory: memory / int64(workers), options: DefaultOptions(),
	}
	s.run(t)
	w := s.world
	near := int(s.reasons[NearDuplicate])
	t.Logf("%d documents, %d partitions, %d rounds: dropped %v, marks %x", docs, parts, rounds, s.reasons, s.sum)
	if want := w.urls / 3 * 2; s.reasons[DuplicateURL] != int64(want) {
		t.Errorf("%d dropped by URL, want %d", s.reasons[DuplicateURL], want)
	}
	if want := w.texts / 2; s.reasons[DuplicateText] != int64(want) {
		t.Errorf("%d dropped by text, want %d", s.reasons[DuplicateText], want)
	}
	// In chains three links are near enough to the one before them. Of clusters
	// two fifths of the members are near the limit or below it.
	if least, most := w.chains/2+w.clustered/2, w.chains*4/5+w.clustered*17/20; near < least || near > most {
		t.Errorf("%d near duplicates, want %d to %d", near, least, most)
	}
	if s.stats.Giant == 0 && docs >= scaleDocs {
		t.Errorf("no giant bucket: %+v", s.stats)
	}
}

// TestScaleMatrix comes to the same marks with any memory, number of partitions
// and of workers, with clusters made in one task and in rounds.
func TestScaleMatrix(t *testing.T) {
	docs := envNumber(t, "MATHSIEVE_TEST_DOCS", 3000)
	many := 8 // each makes files in every stage
	if docs > scaleDocs {
		many = 64
	}
	want := ""
	for _, memory := range []int64{64 << 20, 256 << 20, 4 << 30} {
		for _, parts := range []int{1, many} {
			for _, workers := range []int{1, 8} {
				for _, rounds := range []int{0, 6} {
					name := fmt.Sprintf("%dMiB-%dparts-%dworkers-%drounds", memory>>20, parts, workers, rounds)
					t.Run(name, func(t *testing.T) {
						s := scale{
							world: newWorld(docs), dir: t.TempDir(), parts: parts, rounds: rounds, workers: workers,
							memory: memory / int64(workers), options: DefaultOptions(),
						}
						s.run(t)
						got := fmt.Sprintf("%v %x", s.reasons, s.sum)
						if want == "" {
							want = got
						}
						if got != want {
							t.Errorf("marks %s, want %s", got, want)
						}
					})
				}
			}
		}
	}
}

func envNumber(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A scale is one pass through the global steps.
type scale struct {
	world          world
	dir            string
	options        Options
	parts, rounds  int
	workers        int
	memory         int64 // of a task
	stats          Stats
	written        int64 // bytes of outputs
	disk, diskPeak atomic.Int64

	mu      sync.Mutex
	reasons map[corpus.Reason]int64
	sum     uint64 // of all marks, in any order
}

const scalePack = 500_000 // documents of a pack, at most

func (s *scale) packs() int { return (s.world.n + scalePack - 1) / scalePack }

func (s *scale) run(t *testing.T) {
	start, cpu := time.Now(), cpuTime()
	s.step(t, "keys", s.packs(), []string{"keys"}, func(pack int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return s.sketch(pack, out[0], room)
	})
	globals, globalCPU := time.Now(), cpuTime()
	s.step(t, "url", s.parts, []string{"url-drops", "texts"}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return ExactURL(s.gather("keys", p, s.options.URLWidth()), s.options, s.parts, out[0], out[1], room)
	})
	s.remove(t, "keys")
	s.step(t, "text", s.parts, []string{"text-drops", "bands"}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return ExactText(s.gather("texts", p, s.options.TextWidth()), s.options, s.parts, out[0], out[1], room)
	})
	s.remove(t, "texts")
	s.step(t, "pairs", s.parts, []string{"candidates"}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return Candidates(s.gather("bands", p, BandWidth), s.options, s.parts, out[0], room)
	})
	s.remove(t, "bands")
	s.step(t, "attach", s.parts, []string{"attached"}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return Attach(s.gather("candidates", p, CandidateWidth), s.parts, s.openFingerprints, out[0], room)
	})
	s.remove(t, "candidates")
	sections := 1
	if s.rounds > 0 {
		sections = s.parts
	}
	s.step(t, "verify", s.parts, []string{"stars-0"}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return Verify(s.gather("attached", p, AttachedWidth), s.options, s.rounds > 0, sections, s.openFingerprints, out[0], room)
	})
	s.remove(t, "attached")
	drops := []string{"url-drops", "text-drops"}
	for round := range s.rounds {
		if round == s.rounds-1 {
			sections = 1
		}
		n := strconv.Itoa(round + 1)
		from, to := "stars-"+strconv.Itoa(round), "stars-"+n
		s.step(t, "settle "+n, s.parts, []string{"drops-" + n, "twins-" + n, to}, func(p int, out []io.Writer, room shuffle.Space) (Stats, error) {
			return Settle(s.gather(from, p, StarWidth), s.parts, sections, out[0], out[1], out[2], room)
		})
		s.remove(t, from)
		drops = append(drops, "drops-"+n)
	}
	s.step(t, "cluster", 1, []string{"drops", "twins"}, func(_ int, out []io.Writer, room shuffle.Space) (Stats, error) {
		return Cluster(s.gather("stars-"+strconv.Itoa(s.rounds), 0, StarWidth), s.parts, out[0], out[1], room)
	})
	drops = append(drops, "drops")
	s.reasons = map[corpus.Reason]int64{}
	s.step(t, "marks", s.parts, nil, func(p int, _ []io.Writer, room shuffle.Space) (Stats, error) { return s.marks(p, drops, room) })
	wall, used := time.Since(globals), cpuTime()-globalCPU
	t.Logf("global steps: %.1f s, %.1f CPU s; with the making of keys %.1f s, %.1f CPU s", wall.Seconds(), used.Seconds(),
		time.Since(start).Seconds(), (cpuTime() - cpu).Seconds())
	t.Logf("peak memory %d MiB of %d; written %.1f GB (%.0f bytes a document); disk at most %.1f GB where what was read is removed",
		peakMemory(t)>>20, s.memory*int64(s.workers)>>20, float64(s.written)/1e9, float64(s.written)/float64(s.world.n), float64(s.diskPeak.Load())/1e9)
}

// marks gives out the marks of a section.
func (s *scale) marks(p int, drops []string, room shuffle.Space) (stats Stats, err error) {
	m, err := NewMarks(room)
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	for _, name := range drops {
		if err := m.AddAll(s.gather(name, p, DropWidth)); err != nil {
			return stats, err
		}
	}
	sum := uint64(0)
	reasons := map[corpus.Reason]int64{}
	var line []byte
	err = m.Each(func(pack int, mark corpus.Mark) error {
		reasons[mark.Reason]++
		stats.Out++
		line = fmt.Appendln(line[:0], pack, mark)
		sum += xxh3.Hash(line)
		return nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for reason, n := range reasons {
		s.reasons[reason] += n
	}
	s.sum += sum
	return stats, err
}

// sketch writes the keys of one pack.
func (s *scale) sketch(pack int, out io.Writer, room shuffle.Space) (stats Stats, err error) {
	w, err := NewSketchWriter(out, io.Discard, s.options, s.parts, 0, room)
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	sketch := Sketch{Bands: make([]uint64, s.options.Bands)}
	for row := range min(scalePack, s.world.n-pack*scalePack) {
		i := pack*scalePack + row
		k := s.world.of(i)
		binary.BigEndian.PutUint64(sketch.URL[:], k.url)
		binary.BigEndian.PutUint64(sketch.Text[:], k.text)
		k.bands(sketch.Bands)
		length := 1000 + int(mix(k.own)%5000)
		if k.share == 16 { // the original is the best
			length = 7000
		}
		if err := w.Add(nodeOf(0, length, pack, row), &sketch); err != nil {
			return stats, err
		}
		stats.Out++
	}
	return stats, w.Close()
}

// computed is a fingerprint file that is not there.
type computed struct {
	world *world
	pack  int
	rows  int
}

func (c computed) Size() int64  { return int64(len(fingerprintMagic)) + int64(c.rows)*FingerprintSize }
func (c computed) Close() error { return nil }

func (c computed) ReadAt(p []byte, at int64) (int, error) {
	if at == 0 {
		return copy(p, fingerprintMagic), nil
	}
	row := int(at-int64(len(fingerprintMagic))) / FingerprintSize
	for i := 0; i < len(p); i += FingerprintSize {
		k := c.world.of(c.pack*scalePack + row)
		k.fingerprint(p[i : i+FingerprintSize])
		row++
	}
	return len(p), nil
}

func (s *scale) openFingerprints(pack int) (shuffle.File, error) {
	return computed{&s.world, pack, min(scalePack, s.world.n-pack*scalePack)}, nil
}

// step runs the tasks of a stage side by side and logs what it took.
func (s *scale) step(t *testing.T, name string, tasks int, outputs []string, do func(i int, out []io.Writer, room shuffle.Space) (Stats, error)) {
	t.Helper()
	start, cpu := time.Now(), cpuTime()
	var (
		next  atomic.Int64
		group sync.WaitGroup
		sum   Stats
	)
	memory := s.memory * int64(s.workers) / int64(min(s.workers, tasks))
	for range min(s.workers, tasks) {
		group.Go(func() {
			for i := int(next.Add(1) - 1); i < tasks; i = int(next.Add(1) - 1) {
				stats, err := s.task(name, i, outputs, memory, do)
				if err != nil {
					t.Errorf("%s %d: %v", name, i, err)
					return
				}
				s.mu.Lock()
				sum.Add(stats)
				s.mu.Unlock()
			}
		})
	}
	group.Wait()
	if t.Failed() {
		t.FailNow()
	}
	s.stats.Add(sum)
	t.Logf("%-9s %7.1f s %7.1f CPU s, in %d, out %d, dropped %d, rejected %d, giant %d, largest group %d, peak memory %d MiB", name,
		time.Since(start).Seconds(), (cpuTime() - cpu).Seconds(), sum.In, sum.Out, sum.Dropped, sum.Rejected, sum.Giant, sum.Groups.Largest, peakMemory(t)>>20)
}

func (s *scale) task(stage string, i int, outputs []string, memory int64, do func(i int, out []io.Writer, room shuffle.Space) (Stats, error)) (stats Stats, err error) {
	dir, err := os.MkdirTemp(s.dir, "scratch-")
	if err != nil {
		return stats, err
	}
	room := shuffle.Space{Memory: memory, Scratch: diskScratch{s, dir}, Name: stage}
	writers := make([]io.Writer, len(outputs))
	for n, name := range outputs {
		f, err := os.Create(s.path(name, i))
		if err != nil {
			return stats, err
		}
		defer f.Close()
		writers[n] = counted{f, s}
	}
	stats, err = do(i, writers, room)
	for _, name := range outputs {
		if info, statErr := os.Stat(s.path(name, i)); statErr == nil {
			s.mu.Lock()
			s.written += info.Size()
			s.mu.Unlock()
		}
	}
	return stats, errors.Join(err, os.Remove(dir)) // which must be empty
}

func (s *scale) path(name string, i int) string {
	return filepath.Join(s.dir, fmt.Sprintf("%s.%05d", name, i))
}

func (s *scale) gather(name string, section, width int) shuffle.Source {
	files, err := filepath.Glob(filepath.Join(s.dir, name+".*"))
	if err != nil {
		panic(err)
	}
	return shuffle.NewGather(len(files), section, width, func(i int) (shuffle.File, error) { return openDisk(s.path(name, i)) })
}

func (s *scale) remove(t *testing.T, name string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, name+".*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := s.removeFile(f); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *scale) removeFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	s.disk.Add(-info.Size())
	return os.Remove(path)
}

// counted adds what is written to the disk in use.
type counted struct {
	*os.File
	s *scale
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.File.Write(p)
	now := c.s.disk.Add(int64(n))
	for peak := c.s.diskPeak.Load(); now > peak && !c.s.diskPeak.CompareAndSwap(peak, now); peak = c.s.diskPeak.Load() {
	}
	return n, err
}

type diskFile struct {
	*os.File
	size int64
}

func (d diskFile) Size() int64 { return d.size }

func openDisk(path string) (shuffle.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return diskFile{f, info.Size()}, err
}

// diskScratch is the scratch folder of a task.
type diskScratch struct {
	s   *scale
	dir string
}

func (d diskScratch) Create(name string) (io.WriteCloser, error) {
	f, err := os.Create(filepath.Join(d.dir, strings.ReplaceAll(name, "/", "-")))
	return counted{f, d.s}, err
}

func (d diskScratch) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(d.dir, name))
}

func (d diskScratch) Remove(name string) error { return d.s.removeFile(filepath.Join(d.dir, name)) }

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the greatest resident size of the process so far, in bytes; 0
// where the system does not tell.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil || runtime.GOOS != "linux" {
		return 0
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	return 0
}
