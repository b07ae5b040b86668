-- +goose Up
CREATE TABLE configuration (
    id           text PRIMARY KEY,
    project_id   text NOT NULL REFERENCES project (id),
    name         text NOT NULL,
    product_type text NOT NULL,
    parameters   text NOT NULL,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    UNIQUE (project_id, product_type, name)
);
CREATE INDEX configuration_by_time ON configuration (project_id, created_at, id);

-- +goose Down
DROP TABLE configuration;
