package recipe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mathsieve/internal/config"
	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/warc"
)

// A finder turns what a user names into files.
type finder struct {
	// own is the folder of the run that the files are for: it is no input where
	// it lies in a folder that is. It is nil if there is none yet.
	own fs.FileInfo
	// passed are the files in folders that are no input.
	passed Passed
}

// Passed are files in the folders of the input that are no input.
type Passed struct {
	N        int
	Examples []string // the first of them
}

func (p *Passed) add(more Passed) {
	const most = 3
	p.N += more.N
	p.Examples = append(p.Examples, more.Examples...)
	p.Examples = p.Examples[:min(len(p.Examples), most)]
}

// newFinder returns the finder for a run in a folder, which need not exist.
func newFinder(dir string) *finder {
	own, err := os.Stat(dir)
	if err != nil {
		return &finder{}
	}
	return &finder{own: own}
}

// expand turns what a user names into files, in a fixed order: a file stands
// for itself, a folder for all WARC files and document shards below it, a
// pattern for what matches, and @FILE for the names that FILE lists, one a line.
func expand(names []string) ([]string, error) { return new(finder).expand(names) }

func (f *finder) expand(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		found, err := f.one(name)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if len(files) == 0 && len(names) > 0 {
		return nil, fmt.Errorf("%w but the folder of the run itself", ErrNoInput)
	}
	seen := make(map[string]bool, len(files))
	for i, name := range files {
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, fmt.Errorf("find input %s: %w", name, err)
		}
		if seen[abs] {
			return nil, fmt.Errorf("%w: %s", ErrInputTwice, name)
		}
		seen[abs] = true
		files[i] = abs
	}
	return files, nil
}

func (f *finder) one(name string) ([]string, error) {
	if name == "-" {
		return nil, ErrStream
	}
	if list, ok := strings.CutPrefix(name, "@"); ok {
		return f.list(list)
	}
	info, err := os.Stat(name)
	switch {
	case err == nil:
		return f.named(name, info)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(name, "*?["):
		return f.pattern(name)
	}
	return nil, fmt.Errorf("find input: %w", err)
}

// named lists what a path stands for. That of the run itself, which a pattern
// has named when the run goes on, stands for nothing.
func (f *finder) named(name string, info fs.FileInfo) ([]string, error) {
	switch {
	case !info.IsDir():
		return []string{name}, nil
	case f.isOwn(info) && IsRun(name):
		return nil, nil
	}
	return f.folder(name)
}

func (f *finder) pattern(pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("input pattern %q: %w", pattern, err)
	}
	if len(matches) == 0 {
		return nil, fmt.Errorf("%w matches %q", ErrNoInput, pattern)
	}
	slices.Sort(matches)
	var files []string
	for _, match := range matches {
		info, err := os.Stat(match)
		if err != nil {
			return nil, fmt.Errorf("find input: %w", err)
		}
		found, err := f.named(match, info)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return files, nil
}

func (f *finder) list(list string) ([]string, error) {
	file, err := os.Open(list)
	if err != nil {
		return nil, fmt.Errorf("open input list: %w", err)
	}
	defer file.Close()
	var files []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		found, err := f.one(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list, err)
		}
		files = append(files, found...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read input list %s: %w", list, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w in the list %s", ErrNoInput, list)
	}
	return files, nil
}

// folder lists what can be read below a folder.
func (f *finder) folder(dir string) ([]string, error) {
	below := finder{own: f.own}
	files, err := below.walk(dir, false)
	if err != nil {
		return nil, fmt.Errorf("list input folder: %w", err)
	}
	if len(files) == 0 {
		err := fmt.Errorf("%w in folder %s: looked for .warc, .warc.gz, .warc.zst, .jsonl and .ndjson (plain, .gz, .zst or .zstd), .json.gz, .json.zst, .json.zstd and .parquet", ErrNoInput, dir)
		if n := below.passed.N; n > 0 {
			err = fmt.Errorf("%w; the first of %d other files: %s", err, n, whyNot(below.passed.Examples[0]))
		}
		return nil, err
	}
	f.passed.add(below.passed)
	slices.Sort(files)
	return files, nil
}

// walk lists the inputs below a folder. A run folder gives its finished
// documents, not its working state; all else in it is nobody's business. Links
// to folders are not followed, since they may lead in a circle.
func (f *finder) walk(dir string, inRun bool) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	isRun := IsRun(dir)
	inRun = inRun || isRun
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			info, err := e.Info()
			if err != nil {
				return nil, err
			}
			if isRun && e.Name() == "stages" || f.isOwn(info) {
				continue
			}
			below, err := f.walk(path, inRun)
			if err != nil {
				return nil, err
			}
			files = append(files, below...)
		case isInputName(e.Name()) && isFile(path):
			files = append(files, path)
		case !inRun && !isSidecar(e.Name()):
			f.passed.add(Passed{N: 1, Examples: []string{path}})
		}
	}
	return files, nil
}

// isOwn reports whether a folder is that of the run itself, by whatever path.
func (f *finder) isOwn(info fs.FileInfo) bool { return f.own != nil && os.SameFile(info, f.own) }

// isFile reports whether a path is a file, or a link to one.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isInputName(name string) bool { return isWARCName(name) || corpus.IsShardName(name) }

// isSidecar reports whether a file goes with others by its name: hidden files,
// marks of other tools such as _SUCCESS, checksums, indexes and our manifests.
// They are passed over without a word.
func isSidecar(name string) bool {
	if name[0] == '.' || name[0] == '_' || name == manifestName {
		return true
	}
	lower := strings.ToLower(name)
	for _, ending := range []string{".md5", ".sha1", ".sha256", ".sha512", ".crc", "sums", ".idx", ".cdx", ".cdx.gz", ".cdxj"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

// whyNot says of a file that was passed over what would be said of it if it had
// been named.
func whyNot(path string) string {
	if !isFile(path) {
		return path + " is no file"
	}
	err := tryInput(path)
	if err == nil {
		return path + " can be read if it is renamed, or named itself"
	}
	return err.Error()
}

// tryInput reads the first record of a file.
func tryInput(path string) (err error) {
	f, err := openInput(pipeline.Input{Path: path, Size: -1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if f.isWARC {
		r, err := warc.NewReader(f, filepath.Base(path), config.Default().WARC)
		if err == nil {
			_, err = r.Next()
		}
		return err
	}
	docs, err := f.openShard()
	if err != nil {
		return err
	}
	err = docs.Read(new(corpus.Document))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, docs.Close())
}

// IsRun reports whether a folder is that of a run.
func IsRun(dir string) bool { return exists(filepath.Join(dir, pipeline.PlanFile)) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isWARCName(name string) bool {
	for _, ending := range []string{".warc", ".warc.gz", ".warc.zst"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}
