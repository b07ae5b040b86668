-- +goose Up
-- Which finished job has the result of which document under which options.
CREATE TABLE cached_result (
    project_id text NOT NULL REFERENCES project (id),
    cache_key  text NOT NULL,
    job_id     text NOT NULL REFERENCES parse_job (id),
    PRIMARY KEY (project_id, cache_key)
);

CREATE INDEX cached_result_by_job ON cached_result (job_id);

-- +goose Down
DROP TABLE cached_result;
