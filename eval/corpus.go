package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recto/eval/score"
)

// Corpus is all documents of one kind.
type Corpus struct {
	Name      string // tagged, icdar or olm
	Documents []Document
}

// Document is a PDF and what is known about it.
type Document struct {
	Name  string
	PDF   string // path
	Pages int    // 0 where the manifest does not say

	truth truth
}

// truth is what is known about a document of one kind.
type truth interface {
	// score measures the output of a program. boxes are the places of its
	// tables, nil if it does not tell.
	score(markdown string, boxes []score.Region) detail
}

// detail is what was measured of one document.
type detail interface {
	// numbers are the scores of the document alone.
	numbers() []Number
	// failures says what went wrong, where that fits a line.
	failures() []string
}

// kind is how one kind of corpus is read and summed up.
type kind struct {
	name    string
	truths  func(dir string, names []string) ([]truth, error)
	summary func(details []detail) []Number
}

// kinds are in the order of the report.
var kinds = []kind{
	{"tagged", taggedTruths, summarizeTagged},
	{"icdar", icdarTruths, summarizeICDAR},
	{"olm", olmTruths, summarizeOLM},
}

// kindOf returns the kind with a name. All corpora come from the table, so it
// is there.
func kindOf(name string) kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	panic("no such corpus: " + name)
}

// Selection says which part of a corpus folder to load. The zero value is all
// of it.
type Selection struct {
	Only     string // one kind of corpus
	Document string // one document, of any kind
	// Tagged takes the PDFs that still have their structure tree, where the
	// corpus has them, in place of those it was stripped from.
	Tagged   bool
	MaxPages int // leaves out documents that have more; 0 for none
}

// ErrNoDocument means that a folder is no corpus, or has nothing of what was
// selected.
var ErrNoDocument = errors.New("no document")

// Load reads the corpus in a folder.
func Load(dir string, sel Selection) ([]Corpus, error) {
	var corpora []Corpus
	for _, k := range kinds {
		if sel.Only != "" && sel.Only != k.name {
			continue
		}
		path := filepath.Join(dir, k.name)
		if !exists(path) {
			path = filepath.Join(dir, "dev", k.name)
		}
		c, err := loadCorpus(path, k, sel)
		if errors.Is(err, fs.ErrNotExist) && !exists(path) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load corpus %s: %w", k.name, err)
		}
		if len(c.Documents) > 0 {
			corpora = append(corpora, c)
		}
	}
	if len(corpora) == 0 {
		return nil, fmt.Errorf("%w in %s: a corpus has a folder tagged, icdar or olm with a manifest.json", ErrNoDocument, dir)
	}
	return corpora, nil
}

func loadCorpus(dir string, k kind, sel Selection) (Corpus, error) {
	var manifest []struct {
		ID    string
		Pages int
	}
	if err := readJSON(filepath.Join(dir, "manifest.json"), &manifest); err != nil {
		return Corpus{}, err
	}
	c := Corpus{Name: k.name}
	var names []string
	for _, m := range manifest {
		if sel.Document != "" && sel.Document != m.ID || sel.MaxPages > 0 && m.Pages > sel.MaxPages {
			continue
		}
		pdf := filepath.Join(dir, "pdf", m.ID+".pdf")
		if tagged := filepath.Join(dir, "pdf-tagged", m.ID+".pdf"); sel.Tagged && exists(tagged) {
			pdf = tagged
		}
		c.Documents = append(c.Documents, Document{Name: m.ID, PDF: pdf, Pages: m.Pages})
		names = append(names, m.ID)
	}
	truths, err := k.truths(dir, names)
	if err != nil {
		return Corpus{}, err
	}
	for i, t := range truths {
		c.Documents[i].truth = t
	}
	return c, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// readText reads a text file, with line ends and broken runes put right.
func readText(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return cleanText(string(data)), nil
}

func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}
