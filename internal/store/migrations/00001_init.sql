-- +goose Up
-- Portable between SQLite and PostgreSQL: text ids, times as bigint microseconds
-- since 1970 UTC, JSON as text.
CREATE TABLE project (
    id         text PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    is_default boolean NOT NULL DEFAULT false,
    created_at bigint NOT NULL
);

CREATE TABLE api_key (
    id           text PRIMARY KEY,
    project_id   text NOT NULL REFERENCES project (id),
    name         text NOT NULL,
    prefix       text NOT NULL,
    hash         text NOT NULL UNIQUE,
    created_at   bigint NOT NULL,
    last_used_at bigint NOT NULL DEFAULT 0,
    revoked_at   bigint NOT NULL DEFAULT 0
);

CREATE TABLE file (
    id               text PRIMARY KEY,
    project_id       text NOT NULL REFERENCES project (id),
    name             text NOT NULL,
    size             bigint NOT NULL,
    sha256           text NOT NULL,
    content_type     text NOT NULL,
    file_type        text NOT NULL,
    purpose          text NOT NULL,
    external_file_id text NOT NULL DEFAULT '',
    by_hand          boolean NOT NULL,
    created_at       bigint NOT NULL,
    deleted_at       bigint NOT NULL DEFAULT 0
);

CREATE INDEX file_by_time ON file (project_id, created_at, id);
CREATE INDEX file_by_name ON file (project_id, name, id);

CREATE TABLE parse_job (
    id              text PRIMARY KEY,
    project_id      text NOT NULL REFERENCES project (id),
    file_id         text NOT NULL DEFAULT '',
    source_url      text NOT NULL DEFAULT '',
    name            text NOT NULL,
    tier            text NOT NULL,
    version         text NOT NULL,
    config          text NOT NULL,
    user_metadata   text NOT NULL DEFAULT '',
    dedupe_key      text NOT NULL,
    idempotency_key text NOT NULL DEFAULT '',
    status          text NOT NULL,
    error_message   text NOT NULL DEFAULT '',
    job_metadata    text NOT NULL DEFAULT '',
    queue_id        bigint NOT NULL DEFAULT 0,
    attempt         bigint NOT NULL DEFAULT 0,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    started_at      bigint NOT NULL DEFAULT 0,
    finished_at     bigint NOT NULL DEFAULT 0
);

CREATE INDEX parse_job_by_time ON parse_job (project_id, created_at, id);
CREATE INDEX parse_job_by_dedupe ON parse_job (project_id, dedupe_key, created_at);
CREATE INDEX parse_job_by_idempotency ON parse_job (project_id, idempotency_key, created_at);
CREATE INDEX parse_job_by_status ON parse_job (status, updated_at);
CREATE INDEX parse_job_by_file ON parse_job (file_id);

CREATE TABLE result (
    job_id       text NOT NULL REFERENCES parse_job (id),
    name         text NOT NULL,
    blob         text NOT NULL,
    size         bigint NOT NULL,
    content_type text NOT NULL,
    PRIMARY KEY (job_id, name)
);

CREATE TABLE image (
    job_id       text NOT NULL REFERENCES parse_job (id),
    position     bigint NOT NULL,
    name         text NOT NULL,
    category     text NOT NULL,
    page         bigint NOT NULL,
    x0           double precision NOT NULL,
    y0           double precision NOT NULL,
    x1           double precision NOT NULL,
    y1           double precision NOT NULL,
    width_px     bigint NOT NULL,
    height_px    bigint NOT NULL,
    blob         text NOT NULL,
    size         bigint NOT NULL,
    content_type text NOT NULL,
    PRIMARY KEY (job_id, name)
);

CREATE TABLE worker (
    id   text PRIMARY KEY,
    seen bigint NOT NULL
);

-- +goose Down
DROP TABLE worker;
DROP TABLE image;
DROP TABLE result;
DROP TABLE parse_job;
DROP TABLE file;
DROP TABLE api_key;
DROP TABLE project;
