#!/usr/bin/env bash
# build.sh OUTPUT: makes the stubs from protos/ and OUTPUT/walk-1.jar with its libraries in OUTPUT/dependency. Needs
# Java 17, Maven, and Maven Central the first time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$here"
mvn -q -B -Dstyle.color=never -Doutput="$output" package
