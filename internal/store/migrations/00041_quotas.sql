-- +goose Up
-- How many pages a project had parsed in a month (UTC, "2026-11").
CREATE TABLE page_count (
    project_id text NOT NULL REFERENCES project (id),
    month      text NOT NULL,
    pages      bigint NOT NULL,
    jobs       bigint NOT NULL,
    PRIMARY KEY (project_id, month)
);

CREATE INDEX parse_job_by_project_status ON parse_job (project_id, status);

-- +goose Down
DROP INDEX parse_job_by_project_status;
DROP TABLE page_count;
