package task

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"sync"

	"recto/internal/ocr"
	"recto/internal/sandbox"
)

// Kinds of frames of recognition that only the parent can do, because it needs
// the network: a picture goes up in pieces, its words come back.
const (
	framePicture = 'Q'
	framePixels  = 'q' // four bytes of number, then pixels
	frameWords   = 'W'
)

// Limits of what a child may have recognized.
const (
	maxPicturePixels = 64 << 20
	maxPictureSide   = 20_000
	maxPictures      = 64 // at once
)

// picture announces pixels, one byte each of a gray one, else four.
type picture struct {
	ID            uint32
	Width, Height int
	Gray          bool
	Options       ocr.Options
}

func (p *picture) bytes() int {
	if p.Gray {
		return p.Width * p.Height
	}
	return 4 * p.Width * p.Height
}

// words are the answer.
type words struct {
	ID     uint32
	Result *ocr.Result
	Err    string
}

// Recognizer is a text recognition whose work the parent of a child does.
type Recognizer struct {
	Title string   // of the engine
	Packs []string // its languages
	Conn  *sandbox.Conn

	mu     sync.Mutex
	last   uint32
	answer map[uint32]*words // that came and were not taken yet
	reader chan struct{}     // holds the right to read the connection
}

var _ ocr.Engine = (*Recognizer)(nil)

// Name is that of the parent's engine.
func (r *Recognizer) Name() string { return r.Title }

// Languages are those of the parent's engine.
func (r *Recognizer) Languages() []string { return r.Packs }

// Recognize sends the picture to the parent and waits for the words.
func (r *Recognizer) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	r.mu.Lock()
	if r.reader == nil {
		r.reader, r.answer = make(chan struct{}, 1), map[uint32]*words{}
	}
	r.last++
	id := r.last
	r.mu.Unlock()
	if err := r.send(id, img, o); err != nil {
		return nil, err
	}
	// Of those that wait one reads, for all.
	for {
		r.reader <- struct{}{}
		w, err := r.next(id)
		<-r.reader
		if err != nil {
			return nil, err
		}
		if w != nil {
			if w.Err != "" {
				return nil, errors.New(w.Err)
			}
			return w.Result, ctx.Err()
		}
	}
}

func (r *Recognizer) send(id uint32, img image.Image, o ocr.Options) error {
	b := img.Bounds()
	p := picture{ID: id, Width: b.Dx(), Height: b.Dy(), Options: o}
	var pixels []byte
	if g, ok := img.(*image.Gray); ok && g.Stride == b.Dx() {
		p.Gray, pixels = true, g.Pix
	} else {
		flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(flat, flat.Rect, img, b.Min, draw.Src)
		pixels = flat.Pix
	}
	if len(pixels) < p.bytes() {
		return errors.New("the picture has too few pixels")
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := r.Conn.Write(framePicture, body); err != nil {
		return err
	}
	pixels = pixels[:p.bytes()]
	for len(pixels) > 0 {
		n := min(chunk, len(pixels))
		if err := r.Conn.Write(framePixels, append(binary.LittleEndian.AppendUint32(nil, id), pixels[:n]...)); err != nil {
			return err
		}
		pixels = pixels[n:]
	}
	return nil
}

// next returns the answer to a picture, or nil after it has read one to another.
func (r *Recognizer) next(id uint32) (*words, error) {
	if w := r.answer[id]; w != nil {
		delete(r.answer, id)
		return w, nil
	}
	kind, body, err := r.Conn.Read()
	if err != nil {
		return nil, err
	}
	w := &words{}
	if kind != frameWords || json.Unmarshal(body, w) != nil {
		return nil, fmt.Errorf("answer to a picture: %w", errStream)
	}
	if w.ID == id {
		return w, nil
	}
	r.answer[w.ID] = w
	return nil, nil
}

// desk does the recognition for one child, in the parent.
type desk struct {
	ctx     context.Context
	engine  ocr.Engine
	reply   func(kind byte, body []byte) error
	pending map[uint32]*filling
	under   chan struct{} // one for each picture that is recognized
	wg      sync.WaitGroup
}

// filling is a picture of which pixels are still to come.
type filling struct {
	picture
	pixels []byte
}

func newDesk(ctx context.Context, e ocr.Engine, reply func(byte, []byte) error) *desk {
	return &desk{ctx: ctx, engine: e, reply: reply, pending: map[uint32]*filling{}, under: make(chan struct{}, maxPictures)}
}

func (d *desk) open(body []byte) error {
	f := &filling{}
	if err := json.Unmarshal(body, &f.picture); err != nil || d.engine == nil || d.pending[f.ID] != nil || len(d.pending) >= maxPictures ||
		f.Width < 1 || f.Height < 1 || f.Width > maxPictureSide || f.Height > maxPictureSide || f.Width*f.Height > maxPicturePixels {
		return errStream
	}
	d.pending[f.ID] = f
	return nil
}

func (d *desk) pixels(body []byte) error {
	if len(body) < 4 {
		return errStream
	}
	f := d.pending[binary.LittleEndian.Uint32(body)]
	if f == nil || len(f.pixels)+len(body)-4 > f.bytes() {
		return errStream
	}
	if f.pixels = append(f.pixels, body[4:]...); len(f.pixels) < f.bytes() {
		return nil
	}
	delete(d.pending, f.ID)
	select {
	case d.under <- struct{}{}:
	default:
		return errStream
	}
	d.wg.Go(func() {
		defer func() { <-d.under }()
		d.recognize(f)
	})
	return nil
}

func (d *desk) recognize(f *filling) {
	var img image.Image = &image.RGBA{Pix: f.pixels, Stride: 4 * f.Width, Rect: image.Rect(0, 0, f.Width, f.Height)}
	if f.Gray {
		img = &image.Gray{Pix: f.pixels, Stride: f.Width, Rect: image.Rect(0, 0, f.Width, f.Height)}
	}
	w := words{ID: f.ID}
	res, err := d.engine.Recognize(d.ctx, img, f.Options)
	if err != nil {
		w.Err = err.Error()
	} else {
		w.Result = res
	}
	body, err := json.Marshal(w)
	if err == nil && len(body) > sandbox.MaxFrame {
		body, err = json.Marshal(words{ID: f.ID, Err: "the recognized text is too long"})
	}
	if err == nil {
		_ = d.reply(frameWords, body) // a child that is gone needs none
	}
}
