package recipe

import (
	"bufio"
	"errors"
	"io"
	"path/filepath"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/shuffle"
	"mathsieve/internal/storage"
)

// scratch gives a step the private folder of its task. It implements
// [shuffle.Scratch].
type scratch struct {
	fs  storage.FS
	dir string
}

func newScratch(t *pipeline.Task) (scratch, error) {
	dir, err := t.Scratch()
	return scratch{t.FS(), dir}, err
}

// space is the room of a step that gets the given part of the task's memory.
func space(t *pipeline.Task, name string, part int64) (shuffle.Space, error) {
	files, err := newScratch(t)
	memory := t.Memory
	if memory == 0 {
		memory = defaultTaskMemory
	}
	return shuffle.Space{Memory: memory / part, Scratch: files, Name: name}, err
}

// defaultTaskMemory is what a task takes where nobody set a limit, in bytes.
const defaultTaskMemory = 512 << 20

// A scratchFile is written once and then read at any place. It goes with the
// folder. It implements [fasttext.ScratchFile].
type scratchFile struct {
	fs             storage.FS
	path           string
	writer, reader storage.Handle
}

func (s scratch) createReadable(name string) (*scratchFile, error) {
	f := &scratchFile{fs: s.fs, path: filepath.Join(s.dir, name)}
	var err error
	f.writer, err = s.fs.Create(f.path)
	return f, err
}

func (f *scratchFile) Write(p []byte) (int, error) { return f.writer.Write(p) }

func (f *scratchFile) ReadAt(p []byte, at int64) (int, error) {
	if f.reader == nil {
		var err error
		if f.reader, err = f.fs.Open(f.path); err != nil {
			return 0, err
		}
	}
	return f.reader.ReadAt(p, at)
}

func (f *scratchFile) Close() error {
	err := f.writer.Close()
	if f.reader != nil {
		err = errors.Join(err, f.reader.Close())
	}
	return err
}

func (s scratch) Create(name string) (io.WriteCloser, error) {
	return s.fs.Create(filepath.Join(s.dir, name))
}

func (s scratch) Open(name string) (io.ReadCloser, error) {
	return s.fs.Open(filepath.Join(s.dir, name))
}

func (s scratch) Remove(name string) error { return s.fs.Remove(filepath.Join(s.dir, name)) }

// output is a buffered output of a task. Close, which every successful task
// calls, flushes; a task that fails leaves nothing, whatever was written.
type output struct {
	*bufio.Writer
	file *pipeline.OutputFile
}

const outputBuffer = 256 << 10

func newOutput(file *pipeline.OutputFile, err error) (output, error) {
	if err != nil {
		return output{}, err
	}
	return output{bufio.NewWriterSize(file, outputBuffer), file}, nil
}

func (o output) Close() error {
	if err := o.Flush(); err != nil {
		return err
	}
	return o.file.Close()
}
