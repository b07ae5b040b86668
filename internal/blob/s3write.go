package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	// partBytes are sent at once. S3 takes ten thousand parts, none but the last
	// below 5 MB.
	partBytes = 8 << 20
	// heldBytes of a blob may be in memory; what is larger passes through a
	// temporary file. The library would hold two parts of every blob and more, and
	// clients decide how many are under way, and for how long.
	heldBytes = 256 << 10
	// abortTime bounds the cleaning up after a blob that came to nothing.
	abortTime = 30 * time.Second
)

// s3Writing is what it takes to write to a bucket.
type s3Writing struct {
	client *s3.Client
	bucket string
	sse    types.ServerSideEncryption // "" for the bucket's own
	kmsKey *string
	// sums are sent with all parts, and announced, unless the address says that the
	// server knows none.
	sums types.ChecksumAlgorithm
}

// newS3Writing takes the way of encryption from the bucket's address, with the
// names the library has for it.
func newS3Writing(client *s3.Client, address string) (*s3Writing, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	w := &s3Writing{client: client, bucket: u.Host, sse: types.ServerSideEncryption(u.Query().Get("ssetype"))}
	if key := u.Query().Get("kmskeyid"); key != "" {
		w.kmsKey = &key
	}
	if client.Options().RequestChecksumCalculation != aws.RequestChecksumCalculationWhenRequired {
		w.sums = types.ChecksumAlgorithmCrc32
	}
	return w, nil
}

// s3Writer writes one blob. Nothing is under its key until Close.
type s3Writer struct {
	*s3Writing
	ctx                           context.Context
	key, contentType, disposition string

	held   []byte   // of a small blob
	file   *os.File // of a large one, for one part after the other; it has no name
	size   int64    // of the part
	upload *string  // once a part was sent
	parts  []types.CompletedPart
	err    error
}

func (w *s3Writer) Write(p []byte) (n int, err error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.file == nil && len(w.held)+len(p) <= heldBytes {
		w.held = append(w.held, p...)
		return len(p), nil
	}
	n, w.err = w.fill(p)
	return n, w.err
}

// fill writes to the file, and sends it whenever it is a part.
func (w *s3Writer) fill(p []byte) (n int, err error) {
	if w.file == nil {
		if err := w.spill(); err != nil {
			return 0, err
		}
	}
	for len(p) > 0 {
		if w.size == partBytes {
			if err := w.sendPart(); err != nil {
				return n, err
			}
		}
		k, err := w.file.Write(p[:min(int64(len(p)), partBytes-w.size)])
		n, p, w.size = n+k, p[k:], w.size+int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// spill goes over from memory to a file.
func (w *s3Writer) spill() error {
	f, err := os.CreateTemp("", "recto-*")
	if err != nil {
		return err
	}
	w.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	k, err := f.Write(w.held)
	w.held, w.size = nil, int64(k)
	return err
}

// body is the part, to be read from its beginning.
func (w *s3Writer) body() io.ReadSeeker {
	if w.file == nil {
		return bytes.NewReader(w.held)
	}
	return io.NewSectionReader(w.file, 0, w.size)
}

func (w *s3Writer) sendPart() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.upload == nil {
		begun, err := w.client.CreateMultipartUpload(w.ctx, &s3.CreateMultipartUploadInput{
			Bucket: &w.bucket, Key: &w.key, ContentType: optional(w.contentType), ContentDisposition: &w.disposition,
			ServerSideEncryption: w.sse, SSEKMSKeyId: w.kmsKey, ChecksumAlgorithm: w.sums,
		})
		if err != nil {
			return err
		}
		w.upload = begun.UploadId
	}
	number := int32(len(w.parts) + 1) //nolint:gosec // at most ten thousand
	sent, err := w.client.UploadPart(w.ctx, &s3.UploadPartInput{
		Bucket: &w.bucket, Key: &w.key, UploadId: w.upload, PartNumber: &number, ChecksumAlgorithm: w.sums, Body: w.body(),
	})
	if err != nil {
		return err
	}
	w.parts = append(w.parts, types.CompletedPart{PartNumber: &number, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32})
	w.size = 0
	_, err = w.file.Seek(0, io.SeekStart)
	return err
}

// Close makes the blob appear, unless something went wrong or the context was
// cancelled: then nothing of it stays.
func (w *s3Writer) Close() error {
	err := w.finish()
	if err != nil && w.upload != nil {
		err = errors.Join(err, w.abort())
	}
	if w.file != nil {
		err = errors.Join(err, w.file.Close())
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", w.key, err)
	}
	return nil
}

func (w *s3Writer) finish() error {
	if err := errors.Join(w.err, w.ctx.Err()); err != nil {
		return err
	}
	if w.upload == nil {
		_, err := w.client.PutObject(w.ctx, &s3.PutObjectInput{
			Bucket: &w.bucket, Key: &w.key, ContentType: optional(w.contentType), ContentDisposition: &w.disposition,
			ServerSideEncryption: w.sse, SSEKMSKeyId: w.kmsKey, Body: w.body(),
		})
		return err
	}
	if w.size > 0 {
		if err := w.sendPart(); err != nil {
			return err
		}
	}
	_, err := w.client.CompleteMultipartUpload(w.ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &w.bucket, Key: &w.key, UploadId: w.upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: w.parts},
	})
	return err
}

// abort frees the parts that were sent.
func (w *s3Writer) abort() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), abortTime)
	defer cancel()
	_, err := w.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &w.bucket, Key: &w.key, UploadId: w.upload})
	return err
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
