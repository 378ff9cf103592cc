package decontam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ErrNoText says that no item of a benchmark file has a field that is known to
// hold text. The error lists the fields that were seen.
var ErrNoText = errors.New("no benchmark text")

// A role is what a field of a benchmark item is to the task.
type role uint8

const (
	noRole  role = iota
	context      // what the task refers to; stands before it
	task         // the task, or one wording of it
	choice       // an answer to choose from; stands behind the task
	answer       // a solution, or reasoning
	roles
)

// fieldRoles are the fields that hold text, in lower case.
var fieldRoles = map[string]role{
	"passage": context, "context": context, "body": context, "background": context,
	"question": task, "problem": task, "input": task, "prompt": task, "query": task, "instruction": task, "content": task, "task": task,
	"statement": task, "formal_statement": task, "informal_statement": task, "text": task, "question_text": task, "problem_text": task,
	"original_question": task, "english_question": task, "chinese_question": task,
	"options": choice, "choices": choice,
	"answer": answer, "solution": answer, "solutions": answer, "cot": answer, "rationale": answer, "explanation": answer, "proof": answer,
	"informal_proof": answer, "formal_proof": answer, "output": answer, "response": answer, "completion": answer, "reasoning": answer,
	"final_answer": answer, "target": answer, "targets": answer, "canonical_solution": answer, "original_answer": answer,
}

// ReadBenchmark reads the items of a benchmark file, which are JSON objects one
// after another (JSONL) or in one list, and calls each with every text. It
// returns the number of items, and of those in which there was no text.
//
// The texts of an item are chosen by the names of its fields, in any case and
// at any depth:
//
//   - every task (question, problem, prompt, …) that differs from the others,
//     with the context (passage, body, …) before it and the choices behind it,
//     as one text, a task;
//   - every answer, solution or proof, of which only n-grams are found. One with
//     calculator annotations, as in "3 * 4 = <<3*4=12>>12", is a text both with
//     and without them.
//
// The content of a chat message with the role assistant is an answer. All other
// fields are nothing. A file without any text gives ErrNoText.
func ReadBenchmark(r io.Reader, name string, each func(Text) error) (items, empty int, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", name, err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	blankNaN(data)
	decoder := json.NewDecoder(bytes.NewReader(data))
	seen := make(map[string]bool)
	item := func(value any) error {
		found := collect(value, seen)
		texts := found.texts()
		if len(texts) == 0 {
			empty++
		}
		for _, t := range texts {
			t.Benchmark, t.Item = name, items
			if err := each(t); err != nil {
				return fmt.Errorf("%s item %d: %w", name, items, err)
			}
		}
		items++
		return nil
	}
	for {
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return items, empty, fmt.Errorf("%s item %d, byte %d: %w", name, items, decoder.InputOffset(), err)
		}
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, value := range list {
			if err := item(value); err != nil {
				return items, empty, err
			}
		}
	}
	if items == empty {
		fields := strings.Join(slices.Sorted(maps.Keys(seen)), ", ")
		return items, empty, fmt.Errorf("%s: %w in %d items; fields seen: %s", name, ErrNoText, items, fields)
	}
	return items, empty, nil
}

// ReadBenchmark adds the texts of a benchmark file, which are counted under its
// name.
func (b *Builder) ReadBenchmark(r io.Reader, name string) error {
	items, empty, err := ReadBenchmark(r, name, b.Add)
	_, counts := b.count(name)
	counts.Items += items
	counts.EmptyItems += empty
	return err
}

// blankNaN overwrites NaN, Infinity and -Infinity, which Python writes and JSON
// does not have, by empty strings.
func blankNaN(data []byte) {
	inString := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case !inString && (c == 'N' || c == 'I'):
			for _, word := range []string{"NaN", "Infinity"} {
				if !bytes.HasPrefix(data[i:], []byte(word)) {
					continue
				}
				if i > 0 && data[i-1] == '-' {
					data[i-1] = ' '
				}
				copy(data[i:], `""      `[:len(word)])
				i += len(word) - 1
				break
			}
		}
	}
}

// fields are the texts of an item by role.
type fields [roles][]string

// collect finds the texts of an item, and the names of its fields.
func collect(value any, seen map[string]bool) *fields {
	var f fields
	f.walk(value, noRole, seen)
	return &f
}

// walk takes in a value whose field has the given role.
func (f *fields) walk(value any, as role, seen map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		assistant := value["role"] == "assistant"
		for _, key := range slices.Sorted(maps.Keys(value)) {
			seen[key] = true
			inner, known := fieldRoles[strings.ToLower(key)]
			if !known {
				// In a known field, as the choices {"text": […], "label": […]},
				// only what is known is text.
				inner = noRole
			}
			if as == choice && inner != noRole {
				inner = choice
			}
			if inner == task && assistant {
				inner = answer
			}
			f.walk(value[key], inner, seen)
		}
	case []any:
		for _, element := range value {
			f.walk(element, as, seen)
		}
	case string:
		if as != noRole && strings.TrimSpace(value) != "" {
			f[as] = append(f[as], value)
		}
	case float64:
		if as == choice {
			f[as] = append(f[as], fmt.Sprint(value))
		}
	}
}

// annotation is a calculator annotation.
var annotation = regexp.MustCompile(`<<[^<>]*>>`)

// texts joins the fields to texts.
func (f *fields) texts() []Text {
	var texts []Text
	before, behind := strings.Join(f[context], "\n"), strings.Join(f[choice], "\n")
	for i, t := range f[task] {
		if !slices.Contains(f[task][:i], t) {
			texts = append(texts, Text{Task: true, Text: before + "\n" + t + "\n" + behind})
		}
	}
	if len(texts) == 0 && before != "" {
		texts = append(texts, Text{Text: before + "\n" + behind})
	}
	for _, a := range f[answer] {
		texts = append(texts, Text{Text: a})
		if plain := annotation.ReplaceAllString(a, ""); plain != a {
			texts = append(texts, Text{Text: plain})
		}
	}
	return texts
}
