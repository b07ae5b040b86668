// Package blob keeps the bytes: uploaded files and the results of jobs, in a
// local folder or in a bucket of S3. It is the only door to the buckets. Keys are made of
// lower-case letters, digits, dots, dashes, underscores and slashes.
package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"
)

// ErrNotFound means that there is nothing under the key.
var ErrNotFound = errors.New("no such blob")

// ErrSignature means that a signed URL was altered or has expired.
var ErrSignature = errors.New("the link has expired or was altered")

// keySize is the length of the signing key in bytes, that of the SHA-256 behind it.
const keySize = 32

// Store is a bucket. It is safe for concurrent use.
type Store struct {
	dir     string // of the files; "" for S3
	tmp     string // of what is being written, on the same file system
	name    string // of the bucket of S3
	bucket  *blob.Bucket
	public  *blob.Bucket // the same as clients reach it, nil when they come to us
	writing *s3Writing   // nil for files
	signer  *fileblob.URLSignerHMAC
	tickets []byte // key of Sign
	room    *room  // of the disk, nil for S3
	// syncFile makes one file or folder outlive a power cut; tests watch it.
	syncFile func(name string) error
}

// Config says where the bytes are.
type Config struct {
	Dir     string // the data directory; without an address the bytes are in it
	Address string // of a bucket, s3://NAME?endpoint=…; "" for files
	// PublicEndpoint is where clients reach the S3 server: links lead there. ""
	// for links that lead to us, who pass the bytes on.
	PublicEndpoint string
	Route          string // path of links that lead to us
	// KeepFree is how many bytes of the disk uploads leave free; negative for a
	// gigabyte or a twentieth of the disk, whichever is less.
	KeepFree int64
	// Key signs links, which thus outlive a restart and are good for every server
	// that has it; nil for one in the data directory.
	Key []byte
}

// Open opens the bucket. That of files is made when it does not exist; one of S3
// must be there.
//
// Temporary files must be on the same file system as the files, or they could
// not be renamed into place. The library asks TMPDIR for them, which Open
// therefore sets for the whole process; what a crash left there is removed.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := CheckAddress(c.Address); err != nil {
		return nil, err
	}
	if c.Address == "" {
		return openFiles(c)
	}
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	s := &Store{name: bucketName(c.Address), signer: fileblob.NewURLSignerHMAC(&url.URL{Path: c.Route}, key), tickets: derive(key, "ticket")}
	if s.bucket, err = openS3(ctx, c.Address, ""); err != nil {
		return nil, err
	}
	if err := reach(ctx, s.bucket, c.Address); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	var client *s3.Client
	if !s.bucket.As(&client) {
		return nil, errors.Join(errors.New("the bucket has no S3 client"), s.Close())
	}
	if s.writing, err = newS3Writing(client, c.Address); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if c.PublicEndpoint != "" {
		if s.public, err = openS3(ctx, c.Address, c.PublicEndpoint); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func openFiles(c Config) (*Store, error) {
	tmp := filepath.Join(c.Dir, "tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	if err := os.Setenv("TMPDIR", tmp); err != nil {
		return nil, err
	}
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	s := &Store{dir: filepath.Join(c.Dir, "blobs"), tmp: tmp, syncFile: syncFile, signer: fileblob.NewURLSignerHMAC(&url.URL{Path: c.Route}, key), tickets: derive(key, "ticket")}
	if s.bucket, err = fileblob.OpenBucket(s.dir, &fileblob.Options{CreateDir: true, DirFileMode: 0o700}); err != nil {
		return nil, err
	}
	s.room = newRoom(s.dir, c.KeepFree)
	return s, nil
}

func (c Config) key() ([]byte, error) {
	if len(c.Key) > 0 {
		return c.Key, nil
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	return signingKey(filepath.Join(c.Dir, "signing.key"))
}

func signingKey(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if err == nil && len(key) == keySize {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, keySize)
	rand.Read(key) // never fails
	if err := os.WriteFile(file, key, 0o600); err != nil {
		return nil, err
	}
	return key, nil
}

// Close closes the bucket.
func (s *Store) Close() error {
	if s.public != nil {
		return errors.Join(s.bucket.Close(), s.public.Close())
	}
	return s.bucket.Close()
}

// Reach says what is wrong when the bytes cannot be reached: the folder is gone or
// cannot be written to, or the bucket does not answer.
func (s *Store) Reach(ctx context.Context) error {
	if s.dir == "" {
		return reach(ctx, s.bucket, "the bucket")
	}
	if _, err := os.Stat(s.dir); err != nil {
		return err
	}
	probe, err := os.CreateTemp(filepath.Join(filepath.Dir(s.dir), "tmp"), "probe-*")
	if err != nil {
		return err
	}
	_, err = probe.Write([]byte("ready?"))
	return errors.Join(err, probe.Close(), os.Remove(probe.Name()))
}

// Kind describes what is written, for those who download it.
type Kind struct {
	ContentType string
	FileName    string // offered to who saves it; "" for the last part of the key
	// Upload says that it is not needed for what was accepted already: it leaves
	// the room that is kept free alone.
	Upload bool
	Size   int64 // of an upload, as announced; 0 or less when it is not known
}

// Create starts writing a blob, which appears under its key when the writer is
// closed. Cancelling ctx before that leaves nothing behind. A full disk is ErrFull.
func (s *Store) Create(ctx context.Context, key string, k Kind) (io.WriteCloser, error) {
	if k.Upload {
		if err := s.CheckRoom(k.Size); err != nil {
			return nil, err
		}
	}
	name := k.FileName
	if name == "" {
		name = path.Base(key)
	}
	// What users upload must never run as a page of our own origin.
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": savedName(name)})
	ctx, cancel := context.WithCancel(ctx)
	var to io.WriteCloser
	var err error
	if s.writing != nil {
		to = &s3Writer{s3Writing: s.writing, ctx: ctx, key: key, contentType: k.ContentType, disposition: disposition}
	} else {
		to, err = s.bucket.NewWriter(ctx, key, &blob.WriterOptions{
			ContentType:                 k.ContentType,
			ContentDisposition:          disposition,
			DisableContentTypeDetection: k.ContentType == "",
		})
	}
	if err != nil {
		cancel()
		return nil, full(err)
	}
	w := &writer{to: to, cancel: cancel}
	if k.Upload && s.room != nil {
		w.room = s.room
		w.announce(max(k.Size, 0))
	}
	return w, nil
}

// maxSavedName bounds the name that browsers offer, in bytes: percent-encoded it
// is a header, of which S3 takes eight kilobytes in all.
const maxSavedName = 255

// savedName shortens a name and keeps its extension.
func savedName(name string) string {
	if len(name) <= maxSavedName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > maxSavedName/8 {
		ext = ""
	}
	return strings.ToValidUTF8(name[:maxSavedName-len(ext)], "") + ext
}

// Write stores a blob whole.
func (s *Store) Write(ctx context.Context, key string, data []byte, k Kind) error {
	w, err := s.Create(ctx, key, k)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		_ = w.Close() // says the same
		return err
	}
	return w.Close()
}

// Open opens a blob for reading.
func (s *Store) Open(ctx context.Context, key string) (*Reader, error) {
	r, err := s.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, err
	}
	return &Reader{r}, nil
}

// Reader reads a blob; it can seek.
type Reader struct{ *blob.Reader }

// Read returns a blob whole, or an error when it is larger than limit.
func (s *Store) Read(ctx context.Context, key string, limit int64) ([]byte, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", key, r.Size(), limit)
	}
	data := make([]byte, r.Size())
	_, err = io.ReadFull(r, data)
	return data, err
}

// File opens a blob as a file for reading, for a process that gets its
// descriptor. It stays whole when the blob is deleted or replaced meanwhile. One
// of S3 is copied to a temporary file without a name.
func (s *Store) File(ctx context.Context, key string) (*os.File, error) {
	if s.dir == "" {
		return s.fetch(ctx, key)
	}
	f, err := os.Open(filepath.Join(s.dir, filepath.FromSlash(key)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	return f, err
}

func (s *Store) fetch(ctx context.Context, key string) (*os.File, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	w, err := os.CreateTemp("", "recto-*")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(w, r)
	f, openErr := os.Open(w.Name()) // what is handed on cannot be written to
	if err = errors.Join(err, openErr, os.Remove(w.Name()), w.Close()); err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	return f, nil
}

// Copy copies a blob to another key, with what is known of it.
func (s *Store) Copy(ctx context.Context, to, from string) error {
	err := s.bucket.Copy(ctx, to, from, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("%w: %s", ErrNotFound, from)
	}
	return full(err)
}

// Exists reports whether there is a blob under the key.
func (s *Store) Exists(ctx context.Context, key string) (bool, error) {
	return s.bucket.Exists(ctx, key)
}

// Disposition returns how a blob wants to be saved.
func (s *Store) Disposition(ctx context.Context, key string) (string, error) {
	a, err := s.bucket.Attributes(ctx, key)
	if err != nil {
		return "", err
	}
	return a.ContentDisposition, nil
}

// Delete removes a blob; that there is none is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := s.bucket.Delete(ctx, key)
	if gcerrors.Code(err) != gcerrors.NotFound {
		return err
	}
	if s.dir == "" {
		return nil
	}
	// A crash may have left what the library keeps beside the file.
	err = os.Remove(filepath.Join(s.dir, filepath.FromSlash(key)) + attributes)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// DeleteAll removes every blob below the prefix, which ends in a slash.
func (s *Store) DeleteAll(ctx context.Context, prefix string) error {
	it := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := s.Delete(ctx, o.Key); err != nil {
			return err
		}
	}
	if s.dir == "" {
		return nil
	}
	// The bucket knows no folders and leaves them behind.
	return os.RemoveAll(filepath.Join(s.dir, filepath.FromSlash(prefix)))
}

// Sync makes sure that the blobs and the folders they are in survive a power
// cut. The library never does; without it a committed row may point to nothing.
func (s *Store) Sync(keys ...string) error {
	if s.dir == "" {
		return nil // S3 answers when it is stored
	}
	folders := map[string]bool{}
	for _, k := range keys {
		file := filepath.Join(s.dir, filepath.FromSlash(k))
		if err := s.syncFile(file); err != nil {
			return err
		}
		// Without what is kept beside it the file could not be served.
		if err := s.syncFile(file + attributes); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for d := filepath.Dir(file); len(d) >= len(s.dir); d = filepath.Dir(d) {
			folders[d] = true
		}
	}
	for d := range folders {
		if err := s.syncFile(d); err != nil {
			return err
		}
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return full(errors.Join(f.Sync(), f.Close()))
}

// SignedURL returns an address that gives the blob to anyone until it expires:
// a relative one that leads to us, or one of the S3 server.
func (s *Store) SignedURL(ctx context.Context, key string, life time.Duration) (string, error) {
	if s.public != nil {
		return s.public.SignedURL(ctx, key, &blob.SignedURLOptions{Expiry: life, Method: "GET"})
	}
	u, err := s.signer.URLFromKey(ctx, key, &driver.SignedURLOptions{Expiry: life, Method: "GET"})
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// SignedKey returns the key a signed URL stands for, or ErrSignature. HEAD may
// be used where GET may.
func (s *Store) SignedKey(ctx context.Context, u *url.URL, method string) (string, error) {
	// The library checks signature and time but not the method.
	if m := u.Query().Get("method"); m != method && (m != "GET" || method != "HEAD") {
		return "", ErrSignature
	}
	key, err := s.signer.KeyFromURL(ctx, u)
	if err != nil {
		return "", ErrSignature
	}
	return key, nil
}
