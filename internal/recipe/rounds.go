package recipe

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mathsieve/internal/pipeline"
)

// A round of the loop is the stages from seed-N to expand-N, and select-N and
// corpus-N. The graph has the stages of all rounds that there may be; those of
// a round that the loop does not come to have no tasks, and neither have
// select-N and corpus-N of a round that is not the last. Whether a stage has
// tasks follows from sealed results like everything else, so that every process
// knows it, and no stage is added to a run that goes on.

// rounds is the largest number of rounds of the plan.
func (j *job) rounds() int {
	if j.hasModel() || j.plan.Recipe != Run {
		return 1
	}
	return j.cfg.Rounds.Max
}

// loopStages are the stages of all rounds, over the pool that deduplication
// left. Once are stages that no round repeats; they come when the first round
// has scored.
func (j *job) loopStages(unique poolOf, after []string, once []pipeline.Stage) []pipeline.Stage {
	var stages []pipeline.Stage
	for n := 1; n <= j.rounds(); n++ {
		scored := after
		if !j.hasModel() {
			stages = append(stages, j.seedStage(n, unique, after), j.trainStage(n))
			scored = slices.Concat(after, []string{trainName(n)})
		}
		score := j.scoreStage(n, unique, scored)
		if !j.hasModel() {
			score.Count = follows(trainName(n), score.Count)
		}
		stages = append(stages, score)
		if n == 1 {
			stages = append(stages, once...)
		}
		s := j.selector(n, after)
		stages = append(stages, s.cutStage())
		stages = append(stages, j.domainStages(s)...)
		stages = append(stages, j.metricsStage(s))
		if n < j.rounds() {
			stages = append(stages, j.rulesStage(n), j.expandStage(s))
		}
		stages = append(stages, s.corpusStages()...)
	}
	return stages
}

// follows makes a count that is 0 if the stage before, which must be among
// those that are read, has no tasks.
func follows(before string, count func(*pipeline.Run) (int, error)) func(*pipeline.Run) (int, error) {
	return func(run *pipeline.Run) (int, error) {
		n, err := run.Tasks(before)
		if err != nil || n == 0 {
			return 0, err
		}
		return count(run)
	}
}

func one(*pipeline.Run) (int, error) { return 1, nil }

// goesOn reports whether the loop goes on after a round: rules are asked for
// then, and the pages under them join the seed.
func (j *job) goesOn(run *pipeline.Run, round int) (bool, error) {
	if round >= j.rounds() {
		return false, nil
	}
	if n, err := run.Tasks(metricsName(round)); err != nil || n == 0 {
		return false, err
	}
	m, err := readMetrics(run, round)
	return m.Stop == "", err
}

// expands reports whether a round is followed by another: it went on, and has
// found pages that were not in the seed before.
func (j *job) expands(run *pipeline.Run, round int) (bool, error) {
	if round >= j.rounds() {
		return false, nil
	}
	if n, err := run.Tasks(expandName(round)); err != nil || n == 0 {
		return false, err
	}
	counters, err := run.SealedCounters(expandName(round))
	return counters["new"] > 0, err
}

// isLast reports whether a round is the one whose ranking makes the corpus.
func (j *job) isLast(run *pipeline.Run, round int) (bool, error) {
	if n, err := run.Tasks(cutName(round)); err != nil || n == 0 {
		return false, err
	}
	more, err := j.expands(run, round)
	return !more, err
}

// lastRound returns the newest round that has scored and cut the pool, and 1
// where none has.
func (j *job) lastRound(run *pipeline.Run) (int, error) {
	last := 1
	for n := 1; n <= j.rounds(); n++ {
		tasks, err := run.Tasks(cutName(n))
		if errors.Is(err, pipeline.ErrNotSealed) || err == nil && tasks == 0 {
			break
		}
		if err != nil {
			return 0, err
		}
		last = n
	}
	return last, nil
}

func numbered(stage string, round int) string { return fmt.Sprintf("%s-%d", stage, round) }

// roundOf returns the number in the name of a stage, 0 if it has none.
func roundOf(stage string) int {
	round, _ := strconv.Atoi(stage[strings.LastIndexByte(stage, '-')+1:])
	return round
}
