package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	nextName  = "next"
	pairsName = "pairs"
)

// dedupStages finds the duplicates among the packs of an extract stage.
func (j *job) dedupStages(packs extractStage) []pipeline.Stage {
	d := dedupJob{job: j, packs: packs}
	partitions := func(*pipeline.Run) (int, error) { return j.parts, nil }
	one := func(*pipeline.Run) (int, error) { return 1, nil }
	return []pipeline.Stage{
		{Name: stageURL, After: []string{packs.name}, Count: d.checkPacks, Task: d.url},
		{Name: stageText, After: []string{stageURL}, Count: partitions, Task: d.text},
		{Name: stagePairs, After: []string{stageText}, Count: partitions, Task: d.pairs},
		{Name: stageAttach, After: []string{packs.name, stagePairs}, Count: partitions, Task: d.attach},
		{Name: stageVerify, After: []string{packs.name, stageAttach}, Count: partitions, Task: d.verify},
		{Name: stageCluster, After: []string{stageVerify}, Count: one, Task: d.cluster},
		{Name: stageDuplicate, After: []string{packs.name, stageURL, stageText, stageCluster}, Count: partitions, Task: d.marks},
	}
}

type dedupJob struct {
	job   *job
	packs extractStage
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

// A section is one section of an output of all tasks of a stage.
type section struct {
	*shuffle.Gather
	*opener
}

func openSection(t *pipeline.Task, stage, name string, width int) (section, error) {
	n, err := t.Run.Tasks(stage)
	if err != nil {
		return section{}, err
	}
	o := &opener{t.Run, stage, name, -1}
	return section{shuffle.NewGather(n, t.Index, width, o.open), o}, nil
}

// reduce runs one step from a gathered section to buffered outputs.
func reduce(t *pipeline.Task, from, name string, width int, outputs []string, step func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error)) (err error) {
	src, err := openSection(t, from, name, width)
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
	stats, err := step(src, writers, room)
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
	for octave, n := range s.Groups.Count {
		if n > 0 {
			t.Add("groups_from_"+strconv.Itoa(1<<octave), n)
		}
	}
	t.Progress(s.In, 0)
}

func (d dedupJob) url(_ context.Context, t *pipeline.Task) error {
	o := d.job.cfg.Dedup
	return reduce(t, d.packs.name, keysName, o.URLWidth(), []string{dropsName, nextName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.ExactURL(src, o, d.job.parts, out[0], out[1], room)
		})
}

func (d dedupJob) text(_ context.Context, t *pipeline.Task) error {
	o := d.job.cfg.Dedup
	return reduce(t, stageURL, nextName, o.TextWidth(), []string{dropsName, nextName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.ExactText(src, o, d.job.parts, out[0], out[1], room)
		})
}

func (d dedupJob) pairs(_ context.Context, t *pipeline.Task) error {
	return reduce(t, stageText, nextName, dedup.BandWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			return dedup.Candidates(src, d.job.cfg.Dedup, d.job.parts, out[0], room)
		})
}

func (d dedupJob) attach(_ context.Context, t *pipeline.Task) error {
	return reduce(t, stagePairs, pairsName, dedup.CandidateWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			prints := d.fingerprints(t)
			stats, err := dedup.Attach(src, d.job.parts, prints.open, out[0], room)
			return stats, prints.causeOf(err)
		})
}

func (d dedupJob) verify(_ context.Context, t *pipeline.Task) error {
	return reduce(t, stageAttach, pairsName, dedup.AttachedWidth, []string{pairsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (dedup.Stats, error) {
			prints := d.fingerprints(t)
			stats, err := dedup.Verify(src, d.job.cfg.Dedup, prints.open, out[0], room)
			return stats, prints.causeOf(err)
		})
}

// fingerprints opens the fingerprints of packs.
func (d dedupJob) fingerprints(t *pipeline.Task) *opener {
	return &opener{t.Run, d.packs.name, fingerprintsName, -1}
}

func (d dedupJob) cluster(_ context.Context, t *pipeline.Task) error {
	return reduce(t, stageVerify, pairsName, dedup.VerifiedWidth, []string{dropsName},
		func(src shuffle.Source, out []io.Writer, room shuffle.Space) (stats dedup.Stats, err error) {
			half := shuffle.Space{Memory: room.Memory / 2, Scratch: room.Scratch, Name: "drops-"}
			drops, err := shuffle.NewWriter(out[0], dedup.DropWidth, d.job.parts, half)
			if err != nil {
				return stats, err
			}
			stats, err = dedup.Cluster(src, shuffle.Space{Memory: room.Memory / 2, Scratch: room.Scratch, Name: "cluster-"}, func(drop []byte) error {
				return drops.Add(dedup.DropSection(drop, d.job.parts), drop)
			})
			if err != nil {
				return stats, errors.Join(err, drops.Abort())
			}
			return stats, drops.Close()
		})
}

// marks sorts the drops of its packs, those whose number modulo the number of
// tasks is the task's, and writes a file of marks for each.
func (d dedupJob) marks(_ context.Context, t *pipeline.Task) (err error) {
	room, err := space(t, "", 1)
	if err != nil {
		return err
	}
	all, err := dedup.NewMarks(room)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	for _, stage := range []string{stageURL, stageText, stageCluster} {
		src, err := openSection(t, stage, dropsName, dedup.DropWidth)
		if err != nil {
			return err
		}
		if err := errors.Join(src.causeOf(all.AddAll(src)), src.Close()); err != nil {
			return err
		}
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
