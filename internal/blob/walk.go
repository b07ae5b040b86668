package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// attributes is the ending of what the library keeps beside a file.
const attributes = ".attrs"

// ownerKey names the database that the bytes belong to.
const ownerKey = "owner"

// Object is one blob of a list.
type Object struct {
	Key      string
	Size     int64
	Modified time.Time
}

// Walk calls f for every blob below the prefix, which ends in a slash, in the
// order of the keys, as long as f returns nil. What a crash left beside a blob
// that is not there is a blob, too.
func (s *Store) Walk(ctx context.Context, prefix string, f func(Object) error) error {
	if s.dir != "" {
		return s.walkFiles(ctx, prefix, f)
	}
	it := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(Object{o.Key, o.Size, o.ModTime}); err != nil {
			return err
		}
	}
}

// walkFiles reads folder by folder: the library reads all of them anew for every
// thousand files.
func (s *Store) walkFiles(ctx context.Context, prefix string, f func(Object) error) error {
	root := filepath.Join(s.dir, filepath.FromSlash(prefix))
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && !d.IsDir() {
			if base, ok := strings.CutSuffix(name, attributes); ok {
				if _, err := os.Lstat(base); err == nil {
					return nil
				}
				name = base
			}
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				var key string
				if key, err = filepath.Rel(s.dir, name); err == nil {
					return f(Object{filepath.ToSlash(key), info.Size(), info.ModTime()})
				}
			}
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil // deleted meanwhile
		}
		return err
	})
	return err
}

// ErrOwner means that the bytes belong to another database.
var ErrOwner = errors.New("the storage belongs to another database")

// Claim notes that the bytes belong to a database, unless they belong to another
// one already: that is ErrOwner. Who sweeps what no row names must be sure that
// the rows of nobody else count.
func (s *Store) Claim(ctx context.Context, database string) error {
	for range 2 {
		owner, err := s.Read(ctx, ownerKey, 1<<10)
		switch {
		case err == nil && string(owner) == database:
			return nil
		case err == nil:
			return fmt.Errorf("%w (%s)", ErrOwner, owner)
		case !errors.Is(err, ErrNotFound):
			return err
		}
		w, err := s.bucket.NewWriter(ctx, ownerKey, &blob.WriterOptions{ContentType: "text/plain", IfNotExist: true})
		if err != nil {
			return err
		}
		if _, err := w.Write([]byte(database)); err != nil {
			return errors.Join(err, w.Close())
		}
		if err := w.Close(); err != nil && gcerrors.Code(err) != gcerrors.FailedPrecondition {
			return err
		}
	}
	return errors.New("the owner of the storage cannot be noted")
}

// SweepTemp removes what writers that are gone left before the time: temporary
// files, or parts of uploads to S3. It returns how many.
func (s *Store) SweepTemp(ctx context.Context, before time.Time) (int, error) {
	if s.dir == "" {
		return s.abortUploads(ctx, before)
	}
	list, err := os.ReadDir(s.tmp)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range list {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // gone meanwhile, or young
		}
		if err := os.RemoveAll(filepath.Join(s.tmp, e.Name())); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Store) abortUploads(ctx context.Context, before time.Time) (int, error) {
	var client *s3.Client
	if !s.bucket.As(&client) {
		return 0, errors.New("the bucket has no client")
	}
	n := 0
	for _, prefix := range []string{"files/", "jobs/"} {
		pages := s3.NewListMultipartUploadsPaginator(client, &s3.ListMultipartUploadsInput{Bucket: &s.name, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return n, fmt.Errorf("list uploads under way: %w", err)
			}
			for _, u := range page.Uploads {
				if u.Initiated == nil || !u.Initiated.Before(before) {
					continue
				}
				if _, err := client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.name, Key: u.Key, UploadId: u.UploadId}); err != nil {
					return n, fmt.Errorf("abort an upload: %w", err)
				}
				n++
			}
		}
	}
	return n, nil
}
