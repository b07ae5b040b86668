-- +goose Up
-- There is one organization; every project belongs to it.
CREATE TABLE organization (
    id         text PRIMARY KEY,
    name       text NOT NULL,
    created_at bigint NOT NULL
);

ALTER TABLE project ADD COLUMN updated_at bigint NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN deleted_at bigint NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN admin boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE api_key DROP COLUMN admin;
ALTER TABLE project DROP COLUMN deleted_at;
ALTER TABLE project DROP COLUMN updated_at;
DROP TABLE organization;
