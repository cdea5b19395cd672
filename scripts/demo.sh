#!/usr/bin/env bash
# Plays the story of scenarios/bih-2023.yaml into a fresh folder, build/demo, and prints its reports. Starts a server of its
# own on a free port of the loopback address, and stops it. BIN: where prihvatd and prihvatctl are (make demo says so);
# OUT: another folder, which is removed first.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-build/release/bin}
out=${OUT:-build/demo}
project=operations/ba/projects/migration-response
pid=

say() { printf '\n── %s\n\n' "$*"; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

stop_server() {
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null || true
  local code=0
  wait "$pid" || code=$?
  pid=
  return "$code"
}
trap 'stop_server || true' EXIT

# Prints the address once the server listens.
server_address() {
  local address
  for _ in $(seq 600); do
    address=$(sed -n 's/^prihvatd listens on \([^,]*\),.*/\1/p' "$out/prihvatd.out")
    if [ -n "$address" ]; then echo "$address"; return 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$out/prihvatd.log" >&2
  return 1
}

ctl() { "$bin/prihvatctl" "$@"; }

rm -rf "$out"
mkdir -p "$out"
"$bin/prihvatd" --data-dir="$out/data" --listen=127.0.0.1:0 --insecure-dev \
  >"$out/prihvatd.out" 2>"$out/prihvatd.log" &
pid=$!
PRIHVAT_SERVER=$(server_address) || die "the server did not start"
export PRIHVAT_SERVER
export PRIHVAT_PRINCIPAL="organisations/iom/people/amra;roles=operation_manager;operations=operations/ba"
# Reports wait for all that the play has written.
export PRIHVAT_TOKEN_FILE=$out/token

say "Playing scenarios/bih-2023.yaml against $PRIHVAT_SERVER"
ctl play scenarios/bih-2023.yaml --state "$out/play.json"

say "Line of sight: from the donor's euro to what was handed over"
ctl report line-of-sight --operation operations/ba --where "project=$project" | tee "$out/line-of-sight.txt"

say "Donor summary"
ctl report donor --operation operations/ba --project "$project" | tee "$out/donor-summary.txt"

say "In use at a centre: who was served there"
ctl report line-of-sight --operation operations/ba --where centre=operations/ba/centres/usivak

say "A centre, day by day"
ctl report centre operations/ba/centres/usivak --from 2022-02-01 --to 2022-02-05

say "Who answered for the security of Ušivak?"
for time in 2022-01-31T23:59:59+01:00 2022-02-01T00:00:00+01:00; do
  printf '%s\n' "$time"
  ctl call handover.GetResponsibleBody \
    "{\"name\": \"operations/ba/centres/usivak/responsibilities/security\", \"asOfTime\": \"$time\"}"
done

say "Certificates and tables"
certificates=$(ctl --json list certificates --parent operations/ba |
  grep -o 'operations/ba/certificates/[A-Za-z0-9._~-]*' | sort -u)
for certificate in $certificates; do
  ctl certificate "$certificate" -o "$out/$(basename "$certificate").pdf"
done
ctl export line-of-sight --operation operations/ba --where "project=$project" -o "$out/line-of-sight.csv"
ctl export line-of-sight --operation operations/ba --where "project=$project" -o "$out/line-of-sight.xlsx"

stop_server || die "the server did not end well; see $out/prihvatd.log"

say "Done. All of it is under $out/"
(cd "$out" && ls -1 -- *.pdf *.csv *.xlsx *.txt)
cat <<EOF_NEXT

What to try next: serve what was just made (this waits; stop it with Ctrl-C),

  make serve DATA_DIR=$out/data

and from another terminal (build/tools/grpcurl comes with make setup):

  export PRIHVAT_PRINCIPAL='$PRIHVAT_PRINCIPAL'
  $bin/prihvatctl list centres --parent operations/ba
  $bin/prihvatctl list conflicts --service reception --parent operations/ba
  $bin/prihvatctl get operations/ba/purchaseOrders/vehicles-2022
  $bin/prihvatctl watch stays --operation operations/ba --limit 5
  $bin/prihvatctl methods

  build/tools/grpcurl -plaintext 127.0.0.1:8443 list
  build/tools/grpcurl -plaintext -H "x-prihvat-principal: \$PRIHVAT_PRINCIPAL" \\
    -d '{"name": "operations/ba/centres/usivak"}' \\
    127.0.0.1:8443 prihvat.reception.v1.ReceptionService/GetOccupancy
  build/tools/grpcurl -plaintext -H "x-prihvat-principal: \$PRIHVAT_PRINCIPAL" \\
    -d '{"parent": "operations/ba", "project": "$project"}' \\
    127.0.0.1:8443 prihvat.reporting.v1.ReportingService/GetDonorSummary
EOF_NEXT
