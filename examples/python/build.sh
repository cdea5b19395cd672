#!/usr/bin/env bash
# build.sh OUTPUT [PYTHON]: makes the stubs from protos/ into OUTPUT. PYTHON has what scripts/requirements.txt lists.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${2:-$root/build/venv/bin/python}
mkdir -p "$1"
output=$(cd "$1" && pwd)
# The protos of google.rpc and google.type come with the package googleapis-common-protos.
googleapis=$("$python" -c 'import google.rpc, os; print(os.path.dirname(os.path.dirname(list(google.rpc.__path__)[0])))')
cd "$root/protos"
mapfile -t protos < <(find prihvat -name '*.proto' | sort)
"$python" -m grpc_tools.protoc -I . -I "$googleapis" --python_out="$output" --grpc_python_out="$output" "${protos[@]}"
cp "$here/walk.py" "$output"
