-- +goose Up
CREATE TABLE webhook_config (
    id         text PRIMARY KEY,
    project_id text NOT NULL REFERENCES project (id),
    url        text NOT NULL,
    secret     text NOT NULL,
    headers    text NOT NULL,
    events     text NOT NULL,
    format     text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX webhook_config_by_time ON webhook_config (project_id, created_at, id);

-- Who is told about a job: a saved configuration, or one that came with the job.
CREATE TABLE job_webhook (
    job_id    text NOT NULL REFERENCES parse_job (id),
    position  bigint NOT NULL,
    config_id text NOT NULL,
    url       text NOT NULL,
    secret    text NOT NULL,
    headers   text NOT NULL,
    events    text NOT NULL,
    format    text NOT NULL,
    PRIMARY KEY (job_id, position)
);

-- One event on its way to one receiver. The secret is wiped when it has ended.
CREATE TABLE webhook_delivery (
    id          text PRIMARY KEY,
    project_id  text NOT NULL REFERENCES project (id),
    job_id      text NOT NULL,
    config_id   text NOT NULL,
    event_id    text NOT NULL,
    event       text NOT NULL,
    url         text NOT NULL,
    secret      text NOT NULL,
    headers     text NOT NULL,
    format      text NOT NULL,
    body        text NOT NULL,
    status      text NOT NULL,
    attempts    bigint NOT NULL DEFAULT 0,
    http_status bigint NOT NULL DEFAULT 0,
    error       text NOT NULL DEFAULT '',
    queue_id    bigint NOT NULL DEFAULT 0,
    created_at  bigint NOT NULL,
    updated_at  bigint NOT NULL,
    finished_at bigint NOT NULL DEFAULT 0
);
CREATE INDEX webhook_delivery_by_config ON webhook_delivery (config_id, created_at, id);
CREATE INDEX webhook_delivery_by_job ON webhook_delivery (job_id, created_at, id);
CREATE INDEX webhook_delivery_by_status ON webhook_delivery (status, updated_at);

-- +goose Down
DROP TABLE webhook_delivery;
DROP TABLE job_webhook;
DROP TABLE webhook_config;
