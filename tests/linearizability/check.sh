#!/usr/bin/env bash
# check.sh OUTPUT HISTORY: builds the checker in OUTPUT and runs it over HISTORY. Needs Go, and its module proxy the
# first time. Exit status and output are the checker's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
(cd "$here/checker" && GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o "$1/checker" .) >&2
exec "$1/checker" "$2"
