-- +goose Up
-- What all servers on the database must share to believe each other's links.
CREATE TABLE secret (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- +goose Down
DROP TABLE secret;
