package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v3"
)

// configFiles is the file the environment names, if any; the flag of that name
// knows nothing of the environment.
func configFiles() []string {
	if file := os.Getenv("RECTO_CONFIG"); file != "" {
		return []string{file}
	}
	return nil
}

// settings are those of a settings file: flags below the names of their command.
type settings map[string]any

// readSettings reads a settings file.
func readSettings(r io.Reader) (kong.Resolver, error) {
	s := settings{}
	if err := yaml.NewDecoder(r).Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the settings file: %w", err)
	}
	return s, nil
}

// Validate refuses names that mean nothing: a setting with a typing error would
// be silently the default.
func (s settings) Validate(app *kong.Application) error {
	return known(s, app.Node, "")
}

func known(s settings, n *kong.Node, path string) error {
names:
	for name, value := range s {
		for _, c := range n.Children {
			if c.Name == name {
				inner, ok := value.(settings)
				if !ok && value != nil {
					return fmt.Errorf("settings file: %s%s is a command: its flags go below it", path, name)
				}
				if err := known(inner, c, path+name+": "); err != nil {
					return err
				}
				continue names
			}
		}
		for _, f := range n.Flags {
			if f.Name == name {
				continue names
			}
		}
		return fmt.Errorf("settings file: %s%s is no command or flag", path, name)
	}
	return nil
}

// Resolve returns what the file says of a flag. The environment wins over it,
// which kong has the other way round.
func (s settings) Resolve(_ *kong.Context, p *kong.Path, f *kong.Flag) (any, error) {
	for _, name := range f.Tag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	var path []string
	for n := p.Node(); n != nil && n.Type != kong.ApplicationNode; n = n.Parent {
		path = append(path, n.Name)
	}
	for i := len(path) - 1; i >= 0; i-- {
		inner, ok := s[path[i]].(settings)
		if !ok {
			return nil, nil
		}
		s = inner
	}
	return s[f.Name], nil
}
