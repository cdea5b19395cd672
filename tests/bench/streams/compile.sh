#!/usr/bin/env bash
# Compiles FoldPeer.java and the messages that it reads: compile.sh JARS OUT. The JARS are those of pom.xml, which
# `scripts/setup.sh bench` fetches; prints the class path to run it with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
jars=${1:?usage: compile.sh JARS OUT} out=${2:?usage: compile.sh JARS OUT}
mkdir -p "$out/source" "$out/classes"
protoc --java_out="$out/source" -I "$root/protos" prihvat/log/v1/record.proto
protoc --java_out="$out/source" -I "$root/libs/testkit/protos" prihvat/testkit/v1/toy.proto
mapfile -t sources < <(find "$out/source" -name '*.java')
javac -nowarn -d "$out/classes" -cp "$jars/*" "${sources[@]}" "$here/FoldPeer.java" >&2
printf '%s\n' "$out/classes:$jars/*"
