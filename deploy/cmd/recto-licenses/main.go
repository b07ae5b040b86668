// Command recto-licenses writes down the licences of all that is in the program:
// the modules that one system's build of it links, Go itself, and what is
// embedded. It fails when a module has no licence or one that the program must
// not contain.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

func main() {
	goos := flag.String("os", runtime.GOOS, "system the program is built for")
	goarch := flag.String("arch", runtime.GOARCH, "processor it is built for")
	out := flag.String("out", "", "file to write, standard output when empty")
	flag.Parse()
	if err := run(context.Background(), *goos, *goarch, *out); err != nil {
		fmt.Fprintln(os.Stderr, "recto-licenses:", err)
		os.Exit(1)
	}
}

// module is one that is linked.
type module struct{ Path, Version, Dir string }

func run(ctx context.Context, goos, goarch, out string) error {
	modules, err := linked(ctx, goos, goarch)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Recto contains the works of others. Each follows with its licence.\n\n")
	fmt.Fprintf(&b, "Embedded: PDFium (BSD-3-Clause and Apache-2.0) as WebAssembly in github.com/klippa-app/go-pdfium; ")
	fmt.Fprintf(&b, "Tesseract (Apache-2.0) with Leptonica (BSD-2-Clause) as WebAssembly from tesseract.js-core (Apache-2.0), and its English data, tessdata_fast (Apache-2.0).\n\n")
	for _, m := range modules {
		fmt.Fprintf(&b, "%s %s\n", m.Path, m.Version)
	}
	var bad []error
	for _, m := range modules {
		texts, err := licences(m.Dir)
		if err == nil {
			err = permitted(texts)
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%s %s: %w", m.Path, m.Version, err))
			continue
		}
		fmt.Fprintf(&b, "\n%s\n%s %s\n%s\n\n", strings.Repeat("=", 72), m.Path, m.Version, strings.Repeat("=", 72))
		b.WriteString(strings.Join(texts, "\n\n"))
	}
	if err := errors.Join(bad...); err != nil {
		return err
	}
	if out == "" {
		_, err = io.Copy(os.Stdout, &b)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

// linked lists the modules with a package in the program, sorted, Go first.
func linked(ctx context.Context, goos, goarch string) ([]module, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags=ocrwasm", "-json=Module", "./cmd/recto")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	var modules []module
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			Module *struct {
				module
				Main    bool
				Replace *module
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main { // the standard library; ours
			continue
		}
		m := p.Module.module
		if p.Module.Replace != nil {
			m = *p.Module.Replace
		}
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return cmp.Compare(a.Path, b.Path) })
	modules = slices.Compact(modules)
	return append([]module{{"Go", runtime.Version(), strings.TrimSpace(string(root))}}, modules...), nil
}

// licenceName is how files with a licence, or a notice one demands, are called.
var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense|patents)([-.].*)?$`)

// licences returns what the top folder of a module says.
func licences(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, f := range files {
		if !f.Type().IsRegular() || !licenceName.MatchString(f.Name()) || strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, strings.TrimSpace(string(text))+"\n")
	}
	if len(texts) == 0 {
		return nil, errors.New("no licence in its folder " + dir)
	}
	return texts, nil
}

// known are words that only one family of permitted licences has. The Mozilla
// licence asks no more than to say where the unchanged source is: the module's
// path says it.
var known = []string{
	"Apache License", "Permission is hereby granted, free of charge", "Redistribution and use in source and binary forms",
	"Mozilla Public License", "Permission to use, copy, modify, and/or distribute this software", "Permission to use, copy, modify, and distribute this software",
	"released into the public domain", "CC0 1.0 Universal",
}

// forbidden are words of licences whose conditions would be those of the whole program.
var forbidden = regexp.MustCompile(`(?m)^\s*GNU (AFFERO |LESSER )?GENERAL PUBLIC LICENSE|Server Side Public License|Business Source License`)

func permitted(texts []string) error {
	all := strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
	if found := forbidden.FindString(strings.Join(texts, "\n")); found != "" {
		return fmt.Errorf("its licence (%s) is not for this program", strings.TrimSpace(found))
	}
	if !slices.ContainsFunc(known, func(words string) bool { return strings.Contains(all, words) }) {
		return errors.New("its licence is none of those known here")
	}
	return nil
}
