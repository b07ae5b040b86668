package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
)

// secretFileEnd is how a variable ends that names a file in place of a value.
const secretFileEnd = "_FILE"

// largestSecret in bytes; what is longer is some other file.
const largestSecret = 64 << 10

// readSecretFiles sets each of names from the file that NAME_FILE names, which is
// how container engines hand over secrets: a file is not inherited by programs,
// nor shown by the engine. A variable that has a value already is an error.
func readSecretFiles(names ...string) error {
	for _, name := range names {
		path := os.Getenv(name + secretFileEnd)
		if path == "" {
			continue
		}
		if os.Getenv(name) != "" {
			return fmt.Errorf("both %s and %s are set: choose one", name, name+secretFileEnd)
		}
		value, err := readSecret(path)
		if err != nil {
			return fmt.Errorf("%s: %w", name+secretFileEnd, err)
		}
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("%s: %w", name+secretFileEnd, err)
		}
	}
	return nil
}

// readSecret returns what a file holds without the line end that editors add.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(f, largestSecret+1))
	if err := cmp.Or(err, f.Close()); err != nil {
		return "", err
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" || len(data) > largestSecret {
		return "", fmt.Errorf("%s has %d bytes, which is no secret", path, len(data))
	}
	return value, nil
}

// secretSettings may come from files.
var secretSettings = []string{"RECTO_DATABASE", "RECTO_INITIAL_KEY", "RECTO_OCR_KEY"}
