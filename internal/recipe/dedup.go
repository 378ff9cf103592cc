package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/shuffle"
)

// The stages of deduplication, each cut into partitions that are independent
// of each other, but for the contraction. Package dedup explains them.
const (
	stageURL       = "dedup-url"
	stageText      = "dedup-text"
	stagePairs     = "dedup-pairs"
	stageAttach    = "dedup-attach"
	stageVerify    = "dedup-verify"
	stageCluster   = "dedup-cluster"
	stageDuplicate = "dedup"

	dropsName = "drops"
	twinsName = "twins"
	nextName  = "next"
	pairsName = "pairs"

	// settleRounds is the number of rounds before the last task of clustering,
	// where there are any. A cluster is settled in three; what is a chain of
	// more links than rounds is left to that task.
	settleRounds = 6
)

func settleName(round int) string { return fmt.Sprintf("dedup-settle-%d", round) }

// dedupStages finds the duplicates among the packs of an extract stage, and
// those that repeat the kept corpus, if there is one.
func (j *job) dedupStages(packs extractStage) []pipeline.Stage {
	d := dedupJob{job: j, packs: packs, sketched: []string{packs.name}, rounds: j.cfg.Dedup.Rounds(j.parts)}
	partitions := func(*pipeline.Run) (int, error) { return j.parts, nil }
	one := func(*pipeline.Run) (int, error) { return 1, nil }
	var stages []pipeline.Stage
	if len(j.kept) > 0 {
		stages = append(stages, j.againstStage())
		d.sketched = append(d.sketched, stageAgainst)
	}
	stages = append(stages,
		pipeline.Stage{Name: stageURL, After: d.sketched, Count: d.checkPacks, Task: d.url},
		pipeline.Stage{Name: stageText, After: []string{stageURL}, Count: partitions, Task: d.text},
		pipeline.Stage{Name: stagePairs, After: []string{stageText}, Count: partitions, Task: d.pairs},
		pipeline.Stage{Name: stageAttach, After: slices.Concat(d.sketched, []string{stagePairs}), Count: partitions, Task: d.attach},
		pipeline.Stage{Name: stageVerify, After: slices.Concat(d.sketched, []string{stageAttach}), Count: partitions, Task: d.verify},
	)
	// The stages that drop near duplicates; each goes on with what the one
	// before has left.
	last, lastOutput := stageVerify, pairsName
	if d.rounds {
		for round := 1; round <= settleRounds; round++ {
			stages = append(stages, pipeline.Stage{
				Name: settleName(round), After: []string{last}, Count: partitions, Task: d.settle(last, lastOutput, round),
			})
			last, lastOutput = settleName(round), nextName
			d.near = append(d.near, last)
		}
	}
	d.near = append(d.near, stageCluster)
	return append(stages,
		pipeline.Stage{Name: stageCluster, After: []string{last}, Count: one, Task: d.cluster(last, lastOutput)},
		pipeline.Stage{Name: stageDuplicate, After: slices.Concat([]string{packs.name, stageURL, stageText}, d.near), Count: partitions, Task: d.marks},
	)
}

type dedupJob struct {
	job      *job
	packs    extractStage
	sketched []string // the stages that made keys
	rounds   bool     // pairs are contracted in rounds of tasks
	near     []string // the stages that drop near duplicates
}

// checkPacks stops a run that has nothing to work on before it goes further.
func (d dedupJob) checkPacks(run *pipeline.Run) (int, error) {
	if err := d.packs.requireDocuments(run); err != nil {
		return 0, err
	}
	return d.job.parts, nil
}

// An opener opens the outputs of a stage to be read in parts, and remembers
// which was the last.
type opener struct {
	run         *pipeline.Run
	stage, name string
	last        int // -1 before the first
}

func (o *opener) open(i int) (shuffle.File, error) {
	o.last = i
	return o.run.OpenAt(o.stage, i, o.name)
}

// causeOf returns the error of a reader, or, where the file that it was
// reading is damaged, that.
func (o *opener) causeOf(err error) error {
	if err == nil || o.last < 0 {
		return err
	}
	var damaged *pipeline.DamagedError
	if soundErr := sound(o.run, o.stage, o.last, o.name); errors.As(soundErr, &damaged) {
		return soundErr
	}
	return err
}

// A list of sections is the same section of an output of all tasks of some
// stages, one stage after the other.
type sections []section

type section struct {
	*shuffle.Gather
	*opener
}

func openSections(t *pipeline.Task, stages []string, name string, width int) (sections, error) {
	var all sections
	for _, stage := range stages {
		n, err := t.Run.Tasks(stage)
		if err != nil {
			return nil, err
		}
		o := &opener{t.Run, stage, name, -1}
		all = append(all, section{shuffle.NewGather(n, t.Index, width, o.open), o})
	}
	return all, nil
}

// Next implements [shuffle.Source].
func (s *sections) Next() ([]byte, error) {
	for {
		record, err := (*s)[0].Next()
		if !errors.Is(err, io.EOF) || len(*s) == 1 {
			return record, err
		}
		*s = (*s)[1:]
	}
}

// Close closes the file that is open.
func (s *sections) Close() error { return (*s)[0].Close() }

func (s *sections) causeOf(err error) error { return (*s)[0].causeOf(err) }

// reduce runs one step from gathered sections to buffered outputs.
func reduce(t *pipeline.Task, from []string, name string, width int, outputs []string, step func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error)) (err error) {
	src, err := openSections(t, from, name, width)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	room, err := space(t, "", 1)
	if err != nil {
		return err
	}
	writers := make([]io.Writer, len(outputs))
	files := make([]output, len(outputs))
	for i, name := range outputs {
		if files[i], err = newOutput(t.Create(name)); err != nil {
			return err
		}
		writers[i] = files[i]
	}
	stats, err := step(&src, writers, room)
	if err != nil {
		return src.causeOf(err)
	}
	count(t, stats)
	for _, f := range files {
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// count puts what a step counted into the marker.
func count(t *pipeline.Task, s dedup.Stats) {
	t.Add("in", s.In)
	t.Add("out", s.Out)
	t.Add("dropped", s.Dropped)
	t.Add("rejected_pairs", s.Rejected)
	t.Add("giant_buckets", s.Giant)
	t.Add("giant_members", s.GiantMembers)
	countGroups(t, s.Groups)
	t.Progress(s.In, 0)
}

func countGroups(t *pipeline.Task, groups dedup.Histogram) {
	for octave, n := range groups.Count {
		if n > 0 {
			t.Add("groups_from_"+strconv.Itoa(1<<octave), n)
		}
	}
}

func (d dedupJob) url(_ context.Context, t *pipeline.Task) error {
	o := d.job.cfg.Dedup
	return reduce(t, d.sketched, keysName, o.URLWidth(), []string{dropsName, nextName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.ExactURL(src, o, d.job.parts, out[0], out[1], room)
		})
}

func (d dedupJob) text(_ context.Context, t *pipeline.Task) error {
	o := d.job.cfg.Dedup
	return reduce(t, []string{stageURL}, nextName, o.TextWidth(), []string{dropsName, nextName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.ExactText(src, o, d.job.parts, out[0], out[1], room)
		})
}

func (d dedupJob) pairs(_ context.Context, t *pipeline.Task) error {
	return reduce(t, []string{stageText}, nextName, dedup.BandWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.Candidates(src, d.job.cfg.Dedup, d.job.parts, out[0], room)
		})
}

func (d dedupJob) attach(_ context.Context, t *pipeline.Task) error {
	return reduce(t, []string{stagePairs}, pairsName, dedup.CandidateWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			prints := d.fingerprints(t)
			stats, err := dedup.Attach(src, d.job.parts, prints.open, out[0], room)
			return stats, prints.causeOf(err)
		})
}

func (d dedupJob) verify(_ context.Context, t *pipeline.Task) error {
	return reduce(t, []string{stageAttach}, pairsName, dedup.AttachedWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			prints := d.fingerprints(t)
			stats, err := dedup.Verify(src, d.job.cfg.Dedup, d.rounds, d.starSections(), prints.open, out[0], room)
			return stats, prints.causeOf(err)
		})
}

// starSections is the number of sections of pairs: one for the one task that
// contracts them, or one for each task of a round.
func (d dedupJob) starSections() int {
	if d.rounds {
		return d.job.parts
	}
	return 1
}

// fingerprints opens the fingerprints of packs.
func (d dedupJob) fingerprints(t *pipeline.Task) *printsOpener {
	return &printsOpener{d.job, t.Run, -1}
}

func (d dedupJob) settle(from, name string, round int) func(context.Context, *pipeline.Task) error {
	sections := d.job.parts
	if round == settleRounds {
		sections = 1
	}
	return func(_ context.Context, t *pipeline.Task) error {
		return reduce(t, []string{from}, name, dedup.StarWidth, []string{dropsName, twinsName, nextName},
			func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
				return dedup.Settle(src, d.job.parts, sections, out[0], out[1], out[2], room)
			})
	}
}

func (d dedupJob) cluster(from, name string) func(context.Context, *pipeline.Task) error {
	return func(_ context.Context, t *pipeline.Task) error {
		return reduce(t, []string{from}, name, dedup.StarWidth, []string{dropsName, twinsName},
			func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
				return dedup.Cluster(src, d.job.parts, out[0], out[1], room)
			})
	}
}

// marks sorts the drops of its packs, those whose number modulo the number of
// tasks is the task's, and writes a file of marks for each.
func (d dedupJob) marks(_ context.Context, t *pipeline.Task) (err error) {
	if err := d.clusterSizes(t); err != nil {
		return err
	}
	room, err := space(t, "", 1)
	if err != nil {
		return err
	}
	all, err := dedup.NewMarks(room)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	drops, err := openSections(t, slices.Concat([]string{stageURL, stageText}, d.near), dropsName, dedup.DropWidth)
	if err != nil {
		return err
	}
	if err := errors.Join(drops.causeOf(all.AddAll(&drops)), drops.Close()); err != nil {
		return err
	}
	packs := d.packs.pool(t.Run).Packs()
	for pack := t.Index; pack < packs; pack += d.job.parts {
		marker, err := t.Run.Marker(d.packs.name, pack)
		if err != nil {
			return err
		}
		t.Add("out", marker.Counters["out"]) // less those that are marked
	}
	w := marksWriter{task: t, parts: d.job.parts, pack: t.Index}
	if err := all.Each(w.write); err != nil {
		return err
	}
	return w.close(packs)
}

// clusterSizes counts the clusters of near duplicates by size.
func (d dedupJob) clusterSizes(t *pipeline.Task) error {
	room, err := space(t, "twins-", 1)
	if err != nil {
		return err
	}
	twins, err := openSections(t, d.near, twinsName, dedup.TwinWidth)
	if err != nil {
		return err
	}
	sizes, err := dedup.ClusterSizes(&twins, room)
	countGroups(t, sizes)
	return errors.Join(twins.causeOf(err), twins.Close())
}

// A marksWriter writes the marks of one pack after the other; packs without
// any get an empty file.
type marksWriter struct {
	task  *pipeline.Task
	parts int
	pack  int // of the open file, or the next one
	file  output
	marks *corpus.MarkWriter
}

func duplicatesName(pack int) string { return fmt.Sprintf("pack-%05d.jsonl.zst", pack) }

func (w *marksWriter) write(pack int, m corpus.Mark) error {
	if err := w.advance(pack); err != nil {
		return err
	}
	w.task.Add("drop."+string(m.Reason), 1)
	w.task.Add("out", -1)
	return w.marks.Write(m)
}

// advance finishes the files of all packs before the given one and opens its.
func (w *marksWriter) advance(pack int) error {
	for {
		if w.marks == nil {
			var err error
			if w.file, err = newOutput(w.task.Create(duplicatesName(w.pack))); err != nil {
				return err
			}
			if w.marks, err = corpus.NewMarkWriter(w.file); err != nil {
				return err
			}
		}
		if w.pack >= pack {
			return nil
		}
		if err := w.finish(); err != nil {
			return err
		}
	}
}

func (w *marksWriter) finish() error {
	if err := errors.Join(w.marks.Close(), w.file.Close()); err != nil {
		return err
	}
	w.marks = nil
	w.pack += w.parts
	return nil
}

// close writes the files up to the last of the task's packs.
func (w *marksWriter) close(packs int) error {
	for w.pack < packs {
		if err := w.advance(w.pack); err != nil {
			return err
		}
		if err := w.finish(); err != nil {
			return err
		}
	}
	return nil
}

// duplicates reads the marks that deduplication made in a pack.
func (j *job) duplicates(run *pipeline.Run, pack int) ([]corpus.Mark, error) {
	return readMarks(run, stageDuplicate, pack%j.parts, duplicatesName(pack))
}
