package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"recto/internal/format"
	"recto/internal/heif"
)

// heicConfig returns the upright size of a HEIC. The decoder turns and mirrors as
// the boxes of the file say, and what EXIF says besides does not count (ISO/IEC
// 23008-12, 6.5.10), so that a HEIC has no hints. No size in it may be beyond the
// limits, also not of a part.
func heicConfig(r *bytes.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	sizes, err := heif.Sizes(data)
	if err != nil {
		return image.Config{}, err
	}
	for _, s := range sizes {
		p := part{w: int(s.W), h: int(s.H)}
		if err := p.check(); err != nil {
			return image.Config{}, err
		}
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), decodeTimeout, fmt.Errorf("it takes longer than %s", decodeTimeout))
	defer cancel()
	return heif.Config(ctx, data)
}

// heicDecode decodes until the context of the reader ends.
func heicDecode(r io.Reader) (image.Image, error) {
	p, ok := r.(*patient)
	if !ok {
		return nil, errors.New("no reader with a context")
	}
	data, err := io.ReadAll(p)
	if err != nil {
		return nil, err
	}
	return heif.Decode(p.ctx, data)
}

var heic = codec{heicConfig, heicDecode, nil}

// told returns an error of a kind of its own as it is, others as damage.
func told(err error) error {
	if errors.Is(err, format.ErrTooLarge) {
		return err
	}
	if errors.Is(err, heif.ErrNotBuilt) {
		return fmt.Errorf("%w: %w", format.ErrUnsupported, err)
	}
	return fmt.Errorf("%w: %w", format.ErrBroken, err)
}
