package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"mathsieve/internal/fixture"
)

// TestMain makes this test binary a mathsieve for the scripts, and for tests
// that start processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"mathsieve": main,
		"limited":   limited,
	})
}

// TestScripts runs testdata/script. Beside the commands of testscript they may
// use those of scriptCommands, and two programs: mathsieve, and limited.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		Cmds:          scriptCommands(),
		UpdateScripts: os.Getenv("UPDATE_GOLDEN") != "",
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
	})
}

type scriptCommand = func(ts *testscript.TestScript, neg bool, args []string)

func scriptCommands() map[string]scriptCommand {
	commands := map[string]func(ts *testscript.TestScript, args []string) error{
		"exits": exits, "oneline": oneLineOfTalk, "fixture": writeFixture, "sha256tree": hashTree,
		"waitfor": waitFor, "flip": flip, "cut": cut, "write": writeEscaped, "lines": countLines, "guide": fromGuide,
	}
	wrapped := map[string]scriptCommand{}
	for name, do := range commands {
		wrapped[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("%s cannot be negated", name)
			}
			ts.Check(do(ts, args))
		}
	}
	return wrapped
}

// exits CODE PROGRAM ARGS... runs a program that must end with the code.
func exits(ts *testscript.TestScript, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return err
	}
	if got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return nil
}

// oneline checks that the last program wrote exactly one line on stderr that
// is safe to print; oneline WORDS... also that it holds all the words.
func oneLineOfTalk(ts *testscript.TestScript, args []string) error {
	talk := ts.ReadFile("stderr")
	line, isLine := strings.CutSuffix(talk, "\n")
	if !isLine || strings.Contains(line, "\n") || !strings.HasPrefix(line, "mathsieve: ") {
		return fmt.Errorf("stderr is not one line of mathsieve: %q", talk)
	}
	if at := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }); at >= 0 {
		return fmt.Errorf("stderr has a character that is no text at %d: %q", at, talk)
	}
	for _, word := range args {
		if !strings.Contains(line, word) {
			return fmt.Errorf("stderr lacks %q: %s", word, line)
		}
	}
	return nil
}

// fixture FILE SEED PAGES writes a WARC file of generated pages.
func writeFixture(ts *testscript.TestScript, args []string) error {
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	pages, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if _, err := fixture.WriteWARC(&file, fixture.Pages(seed, pages)); err != nil {
		return err
	}
	return os.WriteFile(ts.MkAbs(args[0]), file.Bytes(), 0o600)
}

// sha256tree DIR FILE writes the checksums of all files of a folder.
func hashTree(ts *testscript.TestScript, args []string) error {
	root := ts.MkAbs(args[0])
	var sums strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
		return err
	})
	if err == nil && sums.Len() == 0 {
		err = fmt.Errorf("no file in %s", args[0])
	}
	return errors.Join(err, os.WriteFile(ts.MkAbs(args[1]), []byte(sums.String()), 0o600))
}

// waitfor FILE waits until a file is there.
func waitFor(ts *testscript.TestScript, args []string) error {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return nil
		}
	}
	return fmt.Errorf("no %s after two minutes", args[0])
}

// flip FILE changes one bit in the middle of a file.
func flip(ts *testscript.TestScript, args []string) error {
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 4
	return os.WriteFile(name, data, 0o600)
}

// cut FILE BYTES keeps the first bytes of a file.
func cut(ts *testscript.TestScript, args []string) error {
	size, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	return os.Truncate(ts.MkAbs(args[0]), size)
}

// write FILE TEXT writes a file whose name and text have Go's escapes.
func writeEscaped(ts *testscript.TestScript, args []string) error {
	name, err := strconv.Unquote(`"` + args[0] + `"`)
	if err != nil {
		return err
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	if err != nil {
		return err
	}
	return os.WriteFile(ts.MkAbs(name), []byte(text), 0o600)
}

// guide FILE writes the file of that name that the guide shows.
func fromGuide(ts *testscript.TestScript, args []string) error {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide.md"))
	if err != nil {
		return err
	}
	_, block, found := strings.Cut(string(text), "```sh file="+args[0]+"\n")
	block, _, closed := strings.Cut(block, "```\n")
	if !found || !closed {
		return fmt.Errorf("the guide shows no %s", args[0])
	}
	return os.WriteFile(ts.MkAbs(args[0]), []byte(block), 0o600)
}

// lines N checks that the last program wrote N lines on stdout.
func countLines(ts *testscript.TestScript, args []string) error {
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); strconv.Itoa(n) != args[0] {
		return fmt.Errorf("stdout has %d lines, want %s", n, args[0])
	}
	return nil
}
