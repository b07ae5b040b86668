package job

import (
	"encoding/json"

	"recto/internal/wire"
)

// unseal puts the password of the document in clear into the request, and into
// the run's copy of the job, of which nothing is stored again.
func (r *run) unseal(q *wire.StoredRequest) error {
	stored := q.InputOptions.PDF.Password
	if stored == "" {
		return nil
	}
	clear, err := r.Seal.Open(stored)
	if err != nil || clear == stored {
		return err
	}
	q.InputOptions.PDF.Password = clear
	config, err := json.Marshal(q)
	r.job.Config = string(config)
	return err
}
