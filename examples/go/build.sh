#!/usr/bin/env bash
# build.sh OUTPUT: makes the stubs from protos/ and the program OUTPUT/walk. Needs Go, protoc, and the module proxy the
# first time. The sources are copied, so that nothing is made inside the tree.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
output=$(cd "$1" && pwd)
work=$output/src
googleapis=/usr/share/gocode/src/github.com/gogo/googleapis # Debian: golang-github-gogo-googleapis-dev

rm -rf "$work"
mkdir -p "$work/gen" "$output/bin"
cp "$here"/go.mod "$here"/go.sum "$here"/*.go "$work"
cd "$work"
# The plugins at the versions that go.mod pins, so that they fit the libraries.
GOBIN=$output/bin go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.33.0
GOBIN=$output/bin go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.3.0

module=prihvat.example/walk
options=()
while read -r proto; do
  options+=("M$proto=$module/gen/$(dirname "$proto")")
done < <(cd "$root/protos" && find prihvat -name '*.proto' | sort)
for type in money date; do
  options+=("Mgoogle/type/$type.proto=google.golang.org/genproto/googleapis/type/$type")
done
options+=("Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status")
flags=()
for option in "${options[@]}"; do flags+=("--go_opt=$option" "--go-grpc_opt=$option"); done

cd "$root/protos"
# What the example calls, and what that imports.
protoc -I . -I "$googleapis" --plugin="$output/bin/protoc-gen-go" --plugin="$output/bin/protoc-gen-go-grpc" \
  --go_out="$work" --go-grpc_out="$work" --go_opt="module=$module" --go-grpc_opt="module=$module" "${flags[@]}" \
  prihvat/common/v1/*.proto prihvat/log/v1/record.proto prihvat/admin/v1/*.proto prihvat/procurement/v1/*.proto
cd "$work"
go build -o "$output/walk" .
