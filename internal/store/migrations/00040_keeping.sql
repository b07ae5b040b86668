-- +goose Up
-- How long what a project owns is kept, and what it may use, as JSON; '' for what the
-- server says.
ALTER TABLE project ADD COLUMN settings text NOT NULL DEFAULT '';

-- When the results of a job were removed to make room, 0 while they are there.
ALTER TABLE parse_job ADD COLUMN expired_at bigint NOT NULL DEFAULT 0;
CREATE INDEX parse_job_by_end ON parse_job (project_id, finished_at, id);
CREATE INDEX file_deleted ON file (id) WHERE deleted_at > 0;

-- When work was last begun that one process does for all.
CREATE TABLE chore (
    name       text PRIMARY KEY,
    started_at bigint NOT NULL
);

-- +goose Down
DROP TABLE chore;
DROP INDEX file_deleted;
DROP INDEX parse_job_by_end;
ALTER TABLE parse_job DROP COLUMN expired_at;
ALTER TABLE project DROP COLUMN settings;
