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

// Kinds of frames of recognition that a child does itself, when it is its turn.
const (
	frameTurn     = 'T' // four bytes of number; frameWords without words is the answer
	frameTurnOver = 't'
)

// Limits of what a child may have recognized.
const (
	maxPicturePixels = 64 << 20
	maxPictureSide   = 20_000
	maxPictures      = 64      // at once
	maxPictureBytes  = 1 << 30 // of those at once
	maxWaiting       = 1024    // for their turn
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

	asker
}

// asker asks the parent for several things at once.
type asker struct {
	mu     sync.Mutex
	last   uint32
	answer map[uint32]*words // that came and were not taken yet
	reader chan struct{}     // holds the right to read the connection
}

// ask returns the answer to what send asks for, by its number.
func (a *asker) ask(conn *sandbox.Conn, send func(id uint32) error) (*words, error) {
	a.mu.Lock()
	if a.reader == nil {
		a.reader, a.answer = make(chan struct{}, 1), map[uint32]*words{}
	}
	a.last++
	id := a.last
	a.mu.Unlock()
	if err := send(id); err != nil {
		return nil, err
	}
	// Of those that wait one reads, for all.
	for {
		a.reader <- struct{}{}
		w, err := a.next(conn, id)
		<-a.reader
		if w != nil || err != nil {
			return w, err
		}
	}
}

var _ ocr.Engine = (*Recognizer)(nil)

// Name is that of the parent's engine.
func (r *Recognizer) Name() string { return r.Title }

// Languages are those of the parent's engine.
func (r *Recognizer) Languages() []string { return r.Packs }

// Recognize sends the picture to the parent and waits for the words.
func (r *Recognizer) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	w, err := r.ask(r.Conn, func(id uint32) error { return r.send(id, img, o) })
	if err != nil {
		return nil, err
	}
	if w.Err != "" {
		return nil, errors.New(w.Err)
	}
	return w.Result, ctx.Err()
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
func (a *asker) next(conn *sandbox.Conn, id uint32) (*words, error) {
	if w := a.answer[id]; w != nil {
		delete(a.answer, id)
		return w, nil
	}
	kind, body, err := conn.Read()
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
	a.answer[w.ID] = w
	return nil, nil
}

// InTurns is an engine in a child that recognizes only when the parent says so:
// all children together recognize no more pictures at once than the machine has
// cores for.
type InTurns struct {
	ocr.Engine
	Conn *sandbox.Conn

	asker
}

// Recognize waits for its turn and recognizes.
func (e *InTurns) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	frame := func(kind byte, id uint32) error { return e.Conn.Write(kind, binary.LittleEndian.AppendUint32(nil, id)) }
	var turn uint32
	if _, err := e.ask(e.Conn, func(id uint32) error { turn = id; return frame(frameTurn, id) }); err != nil {
		return nil, fmt.Errorf("wait for the turn: %w", err)
	}
	res, err := e.Engine.Recognize(ctx, img, o)
	return res, errors.Join(err, frame(frameTurnOver, turn))
}

// desk does the recognition for one child, in the parent.
type desk struct {
	ctx     context.Context
	engine  ocr.Engine
	reply   func(kind byte, body []byte) error
	pending map[uint32]*filling
	under   chan struct{} // one for each picture that is recognized
	wg      sync.WaitGroup

	turns chan struct{} // of all children; nil for no limit
	waits func(begins bool)

	mu    sync.Mutex
	bytes int             // of the pictures that are here
	held  map[uint32]bool // turns that this child waits for (false) or has
}

// filling is a picture of which pixels are still to come.
type filling struct {
	picture
	pixels []byte
}

func newDesk(ctx context.Context, e ocr.Engine, reply func(byte, []byte) error) *desk {
	return &desk{ctx: ctx, engine: e, reply: reply, pending: map[uint32]*filling{}, under: make(chan struct{}, maxPictures),
		waits: func(bool) {}, held: map[uint32]bool{}}
}

// turn lets the child recognize a picture as soon as there is room.
func (d *desk) turn(body []byte) error {
	if len(body) != 4 {
		return errStream
	}
	id := binary.LittleEndian.Uint32(body)
	d.mu.Lock()
	_, known := d.held[id]
	if known || len(d.held) >= maxWaiting {
		d.mu.Unlock()
		return errStream
	}
	d.held[id] = false
	d.mu.Unlock()
	d.wg.Go(func() {
		d.waits(true)
		defer d.waits(false)
		if d.turns != nil {
			select {
			case d.turns <- struct{}{}:
			case <-d.ctx.Done():
				return
			}
		}
		d.mu.Lock()
		d.held[id] = true
		d.mu.Unlock()
		if body, err := json.Marshal(words{ID: id}); err == nil {
			_ = d.reply(frameWords, body) // a child that is gone needs none
		}
	})
	return nil
}

// turnOver makes room for the next picture.
func (d *desk) turnOver(body []byte) error {
	if len(body) != 4 {
		return errStream
	}
	id := binary.LittleEndian.Uint32(body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.held[id] {
		return errStream
	}
	delete(d.held, id)
	if d.turns != nil {
		<-d.turns
	}
	return nil
}

// close ends all that is under way and gives back the turns of a child that did
// not.
func (d *desk) close() {
	d.wg.Wait()
	for _, has := range d.held {
		if has && d.turns != nil {
			<-d.turns
		}
	}
}

func (d *desk) open(body []byte) error {
	f := &filling{}
	if err := json.Unmarshal(body, &f.picture); err != nil || d.engine == nil || d.pending[f.ID] != nil || len(d.pending) >= maxPictures ||
		f.Width < 1 || f.Height < 1 || f.Width > maxPictureSide || f.Height > maxPictureSide || f.Width*f.Height > maxPicturePixels || !d.room(f.bytes()) {
		return errStream
	}
	d.pending[f.ID] = f
	return nil
}

// room takes memory for a picture, or with a negative number gives it back.
func (d *desk) room(bytes int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bytes+bytes > maxPictureBytes {
		return false
	}
	d.bytes += bytes
	return true
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
		defer func() { <-d.under; d.room(-f.bytes()) }()
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
