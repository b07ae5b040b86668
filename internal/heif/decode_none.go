//go:build !heic

package heif

import (
	"context"
	"image"
)

// Built reports whether this program was built to read HEIC.
const Built = false

// Config returns ErrNotBuilt.
func Config(context.Context, []byte) (image.Config, error) { return image.Config{}, ErrNotBuilt }

// Decode returns ErrNotBuilt.
func Decode(context.Context, []byte) (image.Image, error) { return nil, ErrNotBuilt }
