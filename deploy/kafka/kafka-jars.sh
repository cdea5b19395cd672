#!/usr/bin/env bash
# Prints the folder with Kafka's jars; fetches them with Maven the first time (about 45 MB).
# Env: KAFKA_VERSION, KAFKA_LIBS (the cache; a folder for each version below it).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wanted=${KAFKA_VERSION:-}
# shellcheck source=scripts/versions.env
. "$here/../../scripts/versions.env"
version=${wanted:-$KAFKA_VERSION}
libs=${KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/prihvat/kafka}/$version
if [ ! -f "$libs/.complete" ]; then
  mkdir -p "$(dirname "$libs")"
  exec 8>"$libs.lock"
  flock 8
fi
if [ ! -f "$libs/.complete" ]; then
  # Built aside and renamed, so that a broken download leaves nothing behind.
  aside="$libs.$$"
  rm -rf "$aside"
  mvn -q -B -Dstyle.color=never -f "$here/pom.xml" -Dkafka.version="$version" -Dlog4j.version="$LOG4J_VERSION" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$aside" >&2
  touch "$aside/.complete"
  rm -rf "$libs"
  mv "$aside" "$libs"
fi
printf '%s\n' "$libs"
