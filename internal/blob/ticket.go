package blob

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"time"
)

// Sign adds an end of life and a signature to the values, which Verify checks
// when they come back.
func (s *Store) Sign(q url.Values, life time.Duration) {
	q.Set("expires", strconv.FormatInt(time.Now().Add(life).Unix(), 10))
	q.Set("signature", s.signature(q))
}

// Verify returns ErrSignature for values that were altered or have expired.
func (s *Store) Verify(q url.Values) error {
	if !hmac.Equal([]byte(q.Get("signature")), []byte(s.signature(q))) {
		return ErrSignature
	}
	ends, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	if err != nil || time.Now().Unix() > ends {
		return ErrSignature
	}
	return nil
}

// signature signs everything but itself.
func (s *Store) signature(q url.Values) string {
	signed := url.Values{}
	for name, values := range q {
		if name != "signature" {
			signed[name] = values
		}
	}
	return hex.EncodeToString(derive(s.tickets, signed.Encode()))
}

// derive makes a key or a signature of a key and a text.
func derive(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // never fails
	return h.Sum(nil)
}
