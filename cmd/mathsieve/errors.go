package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"mathsieve/internal/annotation"
	"mathsieve/internal/corpus"
	"mathsieve/internal/decontam"
	"mathsieve/internal/dedup"
	"mathsieve/internal/extract/site"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/fasttext/cli"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/seed"
	"mathsieve/internal/shuffle"
	"mathsieve/internal/storage"
	"mathsieve/internal/warc"
)

// Exit codes. They follow sysexits.h where it has one; 2 is never used, since
// a Go program that crashes exits with it.
const (
	exitDone       = 0
	exitPartial    = 1
	exitUsage      = 64
	exitData       = 65
	exitNoInput    = 66
	exitSoftware   = 70
	exitCantCreate = 73
	exitIO         = 74
	exitTemporary  = 75
	exitConfig     = 78
	exitPipe       = 141
)

func exitSignal(e signalError) int { return 128 + int(e.signal) }

// A usageError is a command line or a setting that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errPartial says that a run finished although some inputs could not be read.
var errPartial = errors.New("some inputs could not be read")

// errTooMany says that more inputs could not be read than the settings allow.
var errTooMany = errors.New("too many inputs could not be read")

// A stated error adds to a cause in which state it left the data.
type statedError struct {
	error
	state string
}

func (e statedError) Unwrap() error { return e.error }

// An outputError says that a run folder cannot be made or opened.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// A firstError stands for all tasks of a stage that failed, and reads like the
// first of them.
type firstError struct {
	error
	all error
}

func (e firstError) Unwrap() error { return e.all }

// An advice is what a user is told about a kind of error.
type advice struct {
	match func(error) bool
	code  int
	next  string
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func as[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// differs matches a plan that is not that of the run folder, by what differs.
func differs(kind pipeline.Diff) func(error) bool {
	return func(err error) bool {
		diff, ok := errors.AsType[*pipeline.PlanDiff](err)
		return ok && diff.Kind == kind
	}
}

// inRun notes which run folder a path lies in, if any, and makes of an error
// that its file is corrupt one that can be repaired there.
func (a *app) inRun(path string, err error) error {
	at, absErr := filepath.Abs(path)
	if err == nil || absErr != nil {
		return err
	}
	for !recipe.IsRun(at) {
		parent := filepath.Dir(at)
		if parent == at {
			return err
		}
		at = parent
	}
	if a.runDir == "" {
		a.runDir = at
	}
	if errors.Is(err, corpus.ErrCorrupt) && !errors.Is(err, pipeline.ErrDamaged) {
		err = fmt.Errorf("%w: %w", pipeline.ErrDamaged, err)
	}
	return err
}

// damagedPlan matches a run folder whose plan is not what was written.
func damagedPlan(err error) bool {
	return errors.Is(err, pipeline.ErrDamaged) && strings.Contains(err.Error(), pipeline.PlanFile)
}

// advices are tried in order; the first match counts.
func advices() []advice {
	return []advice{
		{as[signalError], 0, "run the same command again to go on"},
		{is(syscall.EPIPE), exitPipe, ""},
		{is(errPartial), exitPartial, "list them with 'mathsieve cat RUN --skipped'"},
		{is(errTooMany), exitData, "list them with 'mathsieve cat RUN --skipped'"},
		{as[*pipeline.PanicError], exitSoftware, "this is a bug: please report it with the record it names"},
		{is(syscall.EADDRINUSE), exitTemporary, "choose another port with --listen, or 0 for any that is free"},
		{is(storage.ErrBusy), exitTemporary, "wait for the other process, or choose another --out"},
		{is(dedup.ErrFull), exitData, "split that file, or give fewer files at once and hold the others --against the result"},
		{is(recipe.ErrAgainst), exitConfig, "finish that run with the command that made it and try 'mathsieve verify' on it, or name its documents instead"},
		{is(recipe.ErrNoRound), exitUsage, "name one that 'mathsieve status' lists"},
		{is(recipe.ErrNoLoop), exitData, "name the folder of a 'mathsieve run'; 'mathsieve domains' lists the domains of scored documents, too"},
		{is(recipe.ErrNoDomains), exitTemporary, "run the command that made it to its end, or name another round"},
		{is(errReview), exitTemporary, "decide with 'mathsieve review RUN', or annotate them in RUN/annotations.yaml; the same command goes on"},
		{is(recipe.ErrAnnotations), exitConfig, "mend the file at that place; the same command goes on"},
		{is(pipeline.ErrVersion), exitConfig, "use the version that began it, or choose another --out"},
		{differs(pipeline.DiffRecipe), exitConfig, "choose another --out"},
		{differs(pipeline.DiffInputs), exitConfig, "name the inputs as they were to go on, or choose another --out"},
		{differs(pipeline.DiffContent), exitConfig, "put the file back as it was to go on, or choose another --out"},
		{is(pipeline.ErrPlanDiffers), exitConfig, "undo the change to go on, or choose another --out"},
		{is(recipe.ErrInputChanged), exitConfig, "put the file back as it was to go on, or choose another --out"},
		{is(pipeline.ErrNotEmpty), exitCantCreate, "choose an empty or a new folder for --out"},
		{is(pipeline.ErrNoRun), exitNoInput, "name the folder that a command was given as --out"},
		{damagedPlan, exitConfig, "a plan cannot be repaired: choose another --out"},
		{is(pipeline.ErrDamaged), exitConfig, "'mathsieve verify RUN --repair' removes what is damaged; then run the command that made it again"},
		{is(pipeline.ErrNotSealed), exitTemporary, "run the command that made it again to finish it"},
		{is(storage.ErrConflict), exitSoftware, "this is a bug or a damaged disk: the same work gave other bytes; 'mathsieve verify RUN' checks what is there"},
		{as[usageError], exitUsage, ""},
		{is(recipe.ErrInputTwice), exitUsage, "name each file once"},
		{is(recipe.ErrStream), exitUsage, "save it to a file and name that"},
		{is(recipe.ErrNoPool), exitUsage, "name WARC files or document shards with --input"},
		{is(recipe.ErrNotFound), exitNoInput, "records that are no responses are not kept: 'mathsieve warc ls FILE' lists all of a file"},
		{is(recipe.ErrNoInput), exitNoInput, "name WARC files or document shards, or folders that hold some"},
		{is(recipe.ErrNotUTF8), exitNoInput, "rename it, or name a link to it"},
		{is(recipe.ErrNoDocuments), exitData, "check that the files are WARC files with pages ('mathsieve warc ls FILE'), or shards with a text field; 'mathsieve cat RUN --skipped' lists what was found instead"},
		{is(recipe.ErrNoScores), exitData, "score the documents first, with 'mathsieve score'"},
		{is(seed.ErrNoPositives), exitData, "give pages of mathematics with --positive, or lower seed.bootstrap-formulas if the seed is taken from the pool; either needs another --out"},
		{is(seed.ErrNoNegatives), exitData, "give pages of anything else with --negative, or add inputs that are not all mathematics; either needs another --out"},
		{as[lrError], exitData, "give a lower -lr"},
		{is(cli.ErrOutput), exitCantCreate, "name a place in a folder that is there with -output"},
		{is(fasttext.ErrNotLearned, fasttext.ErrDiverged), exitData, "give more seed pages, let lr and epoch be chosen (--set train.tune=on), or set them (--set train.lr=0.5 --set train.epoch=25 --set train.tune=off); each needs another --out"},
		{is(recipe.ErrMemory), exitConfig, "raise --memory, or lower train.bucket or train.dim"},
		{is(fasttext.ErrUnknownLabel), exitConfig, "name the label of mathematics with --set score.label=…"},
		{is(fasttext.ErrNoLabels, fasttext.ErrEmptyVocabulary, fasttext.ErrLineTooLong), exitData, "give lines of text with labels such as __label__math"},
		{is(fasttext.ErrVectors), exitData, "give a .vec file of word vectors and its -dim"},
		{is(fasttext.ErrNotSupervised, fasttext.ErrNotBinary, fasttext.ErrQuantized, fasttext.ErrTooSmall, fasttext.ErrNotFinite), exitConfig, "give another model"},
		{is(annotation.ErrSyntax), exitData, "mend the file at that place"},
		{is(annotation.ErrTarget), exitUsage, "write HOST/PATH, *.DOMAIN/PATH or an address; see 'mathsieve annotations --help'"},
		{is(annotation.ErrVerdict, annotation.ErrRule), exitUsage, "see 'mathsieve annotations set --help'"},
		{is(annotation.ErrNothingToUndo), exitData, "list what holds with 'mathsieve annotations list'"},
		{is(annotation.ErrChanged), exitData, "set the rule anew with 'mathsieve annotations set'"},
		{is(domain.ErrFormat, domain.ErrChecksum, domain.ErrMismatch, shuffle.ErrFormat, shuffle.ErrChecksum), exitData, "'mathsieve verify RUN' checks what is there"},
		{is(errConflicts), exitData, "let the people agree and set one of the rules in both files, or give --unsure"},
		{as[*site.Error], exitConfig, "mend the rule at that place"},
		{as[*fasttext.FormatError], exitConfig, "give a model that fastText or 'mathsieve train' wrote"},
		{is(decontam.ErrNoText), exitData, "give JSONL files whose lines have a field such as question, problem, text or prompt"},
		{is(rank.ErrBudget), exitUsage, "write budgets as 40B, 25M, 30% or all, ascending"},
		{is(recipe.ErrBenchmark), exitData, "give JSONL files of benchmark items"},
		{is(errNoText), exitData, "give a page of HTML with text in it"},
		{is(errDamaged), exitData, "fetch the file again to get what is missing"},
		{is(errUnsound), exitSoftware, "please report this with the output of 'mathsieve status --json RUN'"},
		{is(warc.ErrEmpty, corpus.ErrCorrupt), exitData, "fetch the file again"},
		{is(corpus.ErrUnsupported), exitData, "write the file again without encryption, in smaller pages"},
		{is(warc.ErrNotWARC, warc.ErrFormat), exitData, "give a WARC file; if it ought to be one, fetch it again"},
		{is(corpus.ErrUnknownFormat, corpus.ErrNoTextColumn), exitData, "give JSONL (plain, .gz, .zst) or Parquet with a text column"},
		{is(storage.ErrFull, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG), exitIO, "free space and run the same command again"},
		{as[outputError], exitCantCreate, "name a folder that can be made with --out"},
		{is(fs.ErrExist), exitCantCreate, "give --force to replace it, or choose another --out"},
		{is(fs.ErrNotExist), exitNoInput, "check the path"},
		{is(fs.ErrPermission, syscall.EROFS), exitCantCreate, "check who owns the file or folder"},
		{is(context.Canceled), exitTemporary, "run the same command again to go on"},
		{as[*fs.PathError], exitIO, "check the disk, then run the same command again"},
		{as[syscall.Errno], exitIO, "check the disk, then run the same command again"},
	}
}

// report prints an error in one line and returns the exit code: what failed,
// in which state the data is, what to do next.
func (a *app) report(err error) int {
	if err == nil {
		return exitDone
	}
	code, next := exitSoftware, "please report this"
	for _, adv := range advices() {
		if adv.match(err) {
			code, next = adv.code, adv.next
			break
		}
	}
	if a.runDir != "" {
		next = strings.ReplaceAll(next, "RUN", a.runDir)
	}
	if stopped, ok := errors.AsType[signalError](err); ok {
		code = exitSignal(stopped)
	}
	if code == exitPipe {
		return code // the reader of stdout has gone; nobody wants to hear of it
	}
	state := ""
	if stated, ok := errors.AsType[statedError](err); ok {
		state = stated.state
	}
	if a.config.Runtime.LogFormat == "json" {
		line, jsonErr := json.Marshal(map[string]any{"level": "ERROR", "msg": err.Error(), "state": state, "next": next, "exit": code})
		if jsonErr == nil {
			fmt.Fprintln(a.stderr, string(line))
			return code
		}
	}
	text := "mathsieve: " + oneLine(err.Error())
	if state != "" {
		text += "; " + oneLine(state)
	}
	if next != "" {
		text += "; " + oneLine(next)
	}
	fmt.Fprintln(a.stderr, text)
	return code
}

// oneLine makes a message safe to print: hostile file names and page titles
// must not reach the terminal as control characters, nor break the line.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	return escape(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// escape writes unwanted runes, and bytes that are no UTF-8, as Go does in
// quotes, such as \x1b for ESC.
func escape(s string, unwanted func(r rune) bool) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, unwanted) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unwanted(r):
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}
