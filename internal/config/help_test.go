package config_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"mathsieve/internal/config"
)

const helpFile = "help.txt"

// TestHelp holds help.txt, which 'mathsieve help config' prints, against the
// doc comments of the option structs; with UPDATE_GOLDEN it writes the file.
func TestHelp(t *testing.T) {
	var b strings.Builder
	appendHelp(t, &b, reflect.TypeFor[config.Config](), "")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(helpFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(helpFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(b.String(), string(have)); diff != "" {
		t.Errorf("%s is not what the comments say; 'make golden' writes it (-want +have):\n%s", helpFile, diff)
	}
	for _, key := range config.Keys() {
		if config.Help(key) == "" {
			t.Errorf("no help for %s", key)
		}
	}
}

// appendHelp writes a line for each setting below a struct: its path, a tab,
// and the first sentence of its doc comment.
func appendHelp(t *testing.T, b *strings.Builder, section reflect.Type, prefix string) {
	t.Helper()
	docs := fieldDocs(t, section)
	names := map[string]string{} // of the fields of this struct, by how Go calls them
	for _, f := range reflect.VisibleFields(section) {
		names[f.Name], _, _ = strings.Cut(f.Tag.Get("yaml"), ",")
	}
	for f := range section.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		_, self := reflect.TypeAssert[yaml.Unmarshaler](reflect.New(f.Type))
		switch {
		case name == "-":
		case options == "inline":
			appendHelp(t, b, f.Type, prefix)
		case f.Type.Kind() == reflect.Struct && !self:
			appendHelp(t, b, f.Type, prefix+name+".")
		default:
			b.WriteString(prefix + name + "\t" + sentence(docs[f.Name], names) + "\n")
		}
	}
}

// fieldDocs reads the doc comments of a struct's fields. A field without one
// shares that of the field above it.
func fieldDocs(t *testing.T, section reflect.Type) map[string]string {
	t.Helper()
	pkg, ok := strings.CutPrefix(section.PkgPath(), "mathsieve/")
	if !ok {
		t.Fatalf("%s is not of this module", section)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of %s (%v)", pkg, err)
	}
	docs := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != section.Name() {
				return true
			}
			doc := ""
			for _, field := range spec.Type.(*ast.StructType).Fields.List {
				if text := field.Doc.Text(); text != "" {
					doc = strings.Join(strings.Fields(text), " ")
				}
				for _, name := range field.Names {
					docs[name.Name] = doc
				}
			}
			return false
		})
	}
	return docs
}

var (
	sentenceEnd = regexp.MustCompile(`\.( [A-Z].*)?$`)
	nameIs      = regexp.MustCompile(`^[A-Z]\w*( and [A-Z]\w*)? ((is|are|names?|says) )?`)
	capitalized = regexp.MustCompile(`\b[A-Z]\w*[a-z]\w*`)
)

// sentence is the first sentence of a comment without "Name is", and with the
// other settings of the section called as in a settings file.
func sentence(doc string, names map[string]string) string {
	doc = nameIs.ReplaceAllString(sentenceEnd.ReplaceAllString(doc, ""), "")
	return capitalized.ReplaceAllStringFunc(doc, func(word string) string { return cmp.Or(names[word], word) })
}
