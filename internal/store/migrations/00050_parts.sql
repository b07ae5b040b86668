-- +goose Up
-- The parts a document of many pages is read in, while its job runs.
CREATE TABLE part (
    job_id       text NOT NULL REFERENCES parse_job (id),
    first_page   bigint NOT NULL,
    pages        text NOT NULL,              -- JSON list of their numbers, ascending
    state        text NOT NULL,              -- WAITING, QUEUED, DONE
    priority     bigint NOT NULL DEFAULT 0,  -- in the queue
    queue_id     bigint NOT NULL DEFAULT 0,
    attempt      bigint NOT NULL DEFAULT 0,
    pages_done   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, first_page)
);

ALTER TABLE parse_job ADD COLUMN split text NOT NULL DEFAULT ''; -- JSON about the division, empty for none
ALTER TABLE parse_job ADD COLUMN pages_done bigint NOT NULL DEFAULT 0;
ALTER TABLE parse_job ADD COLUMN pages_total bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE parse_job DROP COLUMN pages_total;
ALTER TABLE parse_job DROP COLUMN pages_done;
ALTER TABLE parse_job DROP COLUMN split;
DROP TABLE part;
