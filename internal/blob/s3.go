package blob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
)

// defaultRegion is that of servers that have none.
const defaultRegion = "us-east-1"

// CheckAddress says what is wrong with the address of a bucket.
func CheckAddress(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return errors.New("the storage is given as s3://BUCKET?endpoint=…, or not at all for files in the data directory")
	}
	return nil
}

// bucketName is the bucket of an address that CheckAddress accepts.
func bucketName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// openS3 opens the bucket under an endpoint; "" for that of the address. Who may
// use it is found as AWS programs find it: in the environment, in ~/.aws, or
// from the machine.
func openS3(ctx context.Context, address, endpoint string) (*blob.Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	if endpoint != "" {
		q.Set("endpoint", endpoint)
	}
	if q.Get("region") == "" && os.Getenv("AWS_REGION") == "" && os.Getenv("AWS_DEFAULT_REGION") == "" {
		q.Set("region", defaultRegion)
	}
	if q.Get("endpoint") != "" && q.Get("use_path_style") == "" {
		q.Set("use_path_style", "true") // servers of one's own rarely have a host name for each bucket
	}
	u.RawQuery = q.Encode()
	return new(s3blob.URLOpener).OpenBucketURL(ctx, u)
}

// reach says what is wrong with the bucket.
func reach(ctx context.Context, b *blob.Bucket, address string) error {
	there, err := b.IsAccessible(ctx)
	if err == nil && !there {
		err = errors.New("there is no such bucket, or it may not be read")
	}
	if err != nil {
		name, _, _ := strings.Cut(address, "?")
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
