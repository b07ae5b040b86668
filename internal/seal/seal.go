// Package seal encrypts the secrets of others before they are stored: what signs
// webhooks, their headers, passwords of documents. Without a key they are stored
// in clear. It promises that a copy of the database without the key tells
// nothing of them but their length.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MinKey is the shortest key in bytes: it is no password that people make up.
const MinKey = 16

const (
	sealed = "sealed1:" // before the base64 of nonce and encrypted text
	plain  = "plain:"   // before a text in clear that begins like one of these
)

// ErrKey means that a text was sealed with another key, or was changed.
var ErrKey = errors.New("a stored secret cannot be opened: it was sealed with another key")

// Box seals and opens. The zero value is one without a key.
type Box struct{ aead cipher.AEAD }

// New returns a box with a key of any text; "" is none.
func New(key string) (Box, error) {
	if key == "" {
		return Box{}, nil
	}
	if len(key) < MinKey {
		return Box{}, fmt.Errorf("the secret key has at least %d characters: make one with \"openssl rand -base64 32\"", MinKey)
	}
	derived, err := hkdf.Key(sha256.New, []byte(key), nil, "recto secrets", 32)
	if err != nil {
		return Box{}, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return Box{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return Box{aead}, err
}

// Keyed reports whether there is a key.
func (b Box) Keyed() bool { return b.aead != nil }

// Seal returns what is to be stored for a text; nothing for nothing.
func (b Box) Seal(text string) string {
	switch {
	case text == "":
		return ""
	case b.aead != nil:
		return sealed + base64.RawStdEncoding.EncodeToString(b.aead.Seal(nil, nil, []byte(text), nil))
	case strings.HasPrefix(text, sealed) || strings.HasPrefix(text, plain):
		return plain + text
	}
	return text
}

// Open returns the text, whether it was stored with the key or before there was
// one, or ErrKey.
func (b Box) Open(stored string) (string, error) {
	if text, ok := strings.CutPrefix(stored, plain); ok {
		return text, nil
	}
	encoded, ok := strings.CutPrefix(stored, sealed)
	if !ok {
		return stored, nil
	}
	data, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || b.aead == nil {
		return "", ErrKey
	}
	text, err := b.aead.Open(nil, nil, data, nil)
	if err != nil {
		return "", ErrKey
	}
	return string(text), nil
}

// SealAll seals the values of a map, nil for nil.
func (b Box) SealAll(texts map[string]string) map[string]string {
	if texts == nil {
		return nil
	}
	out := make(map[string]string, len(texts))
	for k, v := range texts {
		out[k] = b.Seal(v)
	}
	return out
}

// OpenAll opens the values of a map.
func (b Box) OpenAll(stored map[string]string) (map[string]string, error) {
	if stored == nil {
		return nil, nil
	}
	out := make(map[string]string, len(stored))
	for k, v := range stored {
		text, err := b.Open(v)
		if err != nil {
			return nil, err
		}
		out[k] = text
	}
	return out, nil
}
