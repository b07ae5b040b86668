#!/bin/sh
# Prints settings for compose.yaml with passwords and a key by chance:
#   ./compose-env.sh > .env
set -eu
umask 077

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

cat <<END
# Secrets: keep this file from others, and keep it. The database and the S3 server
# take their passwords at their first start; a later change here does not reach them.
RECTO_DB_PASSWORD=$(random)
RECTO_S3_SECRET=$(random)
# The key of the API that exists from the first start. Revoke it with
# "docker compose exec server recto keys revoke" when you have made your own.
RECTO_KEY=llx-$(random)

# Where the server listens on this machine, and the address that clients see.
RECTO_LISTEN=127.0.0.1:8080
RECTO_PUBLIC_URL=http://127.0.0.1:8080
# recto, or tesseract: the image with the installed Tesseract, twice as fast.
RECTO_TARGET=recto
RECTO_IMAGE=recto:latest
# For each of the two workers: documents at once, megabytes for each of them, and
# the most that the container gets.
RECTO_WORKERS=2
RECTO_CHILD_MEMORY=1500
RECTO_WORKER_MEMORY=4g
END
