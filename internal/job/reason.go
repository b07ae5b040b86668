package job

import (
	"errors"

	"recto/internal/blob"
	"recto/internal/store"
)

// reason is what a client is told of a job that the server could not do: what
// its operator can mend is said, what is a mistake of ours is in the log.
func reason(err error, id string) string {
	if errors.Is(err, blob.ErrFull) || store.IsFull(err) {
		return "the disk of the server is full; try again when there is room"
	}
	return "the server could not process the document; its log names job " + id
}
