#!/usr/bin/env bash
# Does what docs/operations/changes.md describes to real programs, and prints what is seen: procedures.sh BIN
# (build/release/bin). Three brokers of Kafka; minutes. Ends with "all went well".
#   REPLACE="1 2 3"   which brokers are replaced, one after the other (default: all)
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:?usage: procedures.sh BIN}") root=$PWD
port=${KAFKA_PORT:-29192}
work=$(mktemp -d)
cd "$work"
export PATH=$bin:$PATH
pids=()
clean_up() {
  kill "${pids[@]}" 2>/dev/null || true
  wait "${pids[@]}" 2>/dev/null || true
  "$root/deploy/kafka/kafka-down.sh" "$work/kafka" --wipe >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
say() { printf '\n$ %s\n' "$*"; }
run() { say "$*"; "$@"; }
die() { echo "procedures: $*" >&2; tail -5 "$work"/*.log >&2; exit 1; }
# until SECONDS COMMAND...: tries it until it succeeds.
until_() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "in vain: $*"
    sleep 0.2
  done
}
certificate() { openssl req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc "$@" 2>/dev/null; }
printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf

# --- one machine: partners and certificates ------------------------------------------------------------------------------
authority() { certificate -subj "/CN=$1" -days 3650 -addext basicConstraints=critical,CA:TRUE -keyout "$1.key" -out "$1.crt"; }
signed() {  # AUTHORITY NAME SUBJECT [EXTENSION]
  certificate -CA "$1.crt" -CAkey "$1.key" -days "${days:-365}" -subj "$3" -addext "${4:-subjectAltName=DNS:none.test}" \
    -addext basicConstraints=critical,CA:FALSE -keyout "$2.key" -out "$2.crt"
}
serve() {
  prihvatd --data-dir=data --listen=127.0.0.1:0 --metrics-listen=127.0.0.1:0 --tls-cert=etc/tls.crt --tls-key=etc/tls.key \
    --tls-client-ca=etc/ca.crt --identities=etc/identities.yaml >out 2>>server.log &
  server=$!
  pids+=("$server")
  until_ 60 grep -q "listens on" out
  PRIHVAT_SERVER=localhost:$(sed -n 's/.*listens on [^:]*:\([0-9]*\),.*/\1/p' out)
  export PRIHVAT_SERVER
}
restart() {
  kill "$server"
  wait "$server" || die "it ended with $?"
  serve
  until_ 60 as amra prihvatctl partitions
}
as() { PRIHVAT_TLS_CA=$PWD/trusted.crt PRIHVAT_TLS_CERT=$1.crt PRIHVAT_TLS_KEY=$1.key "${@:2}"; }
# s_client ends as it likes: only what it was shown counts.
served() { { openssl s_client -connect "$PRIHVAT_SERVER" -CAfile trusted.crt </dev/null 2>/dev/null || true; } |
  openssl x509 -noout "$@"; }
serves() { [ "$(served -serial)" = "$(openssl x509 -noout -serial -in "$1")" ]; }

mkdir etc
authority ca
signed ca tls /CN=here subjectAltName=DNS:localhost,IP:127.0.0.1
signed ca amra /O=iom/CN=amra
cp tls.crt tls.key ca.crt etc/
cp ca.crt trusted.crt
cat >etc/identities.yaml <<'Y'
identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=operations/ba
Y
serve
until_ 60 as amra prihvatctl partitions
as amra prihvatctl call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}' >/dev/null

printf '\n== add a partner\n'
openssl req -config openssl.cnf -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj '/O=unicef/CN=case-system' \
  -keyout partner.key -out partner.csr 2>/dev/null
run openssl x509 -req -in partner.csr -CA ca.crt -CAkey ca.key -days 365 -out partner.crt
say "prihvatctl get operations/ba                     # as the partner, before anybody has said who that is"
as partner prihvatctl get operations/ba && die "a stranger was let in"
cat >>etc/identities.yaml <<'Y'
  - certificate: subject:CN=case-system,O=unicef
    principal: organisations/unicef/people/case-system;roles=viewer;operations=operations/ba
Y
restart
say "prihvatctl get operations/ba                     # after the lines in identities.yaml and a restart"
as partner prihvatctl get operations/ba --service procurement | head -2
say "prihvatctl get operations/rs"
as partner prihvatctl get operations/rs --service procurement && die "it sees too much"

printf '\n== renew the server'\''s certificate\n'
say "openssl s_client -connect $PRIHVAT_SERVER ... | openssl x509 -noout -enddate"
served -enddate
days=730 signed ca renewed /CN=here subjectAltName=DNS:localhost,IP:127.0.0.1
run cp renewed.key etc/tls.key
run cp renewed.crt etc/tls.crt
began=$SECONDS
until_ 90 serves renewed.crt
say "openssl s_client -connect $PRIHVAT_SERVER ... | openssl x509 -noout -enddate"
served -enddate
echo "taken after $((SECONDS - began)) s, without a restart"

printf '\n== change the authority\n'
authority ca2
say "cat ca.crt ca2.crt >both.crt"
cat ca.crt ca2.crt >both.crt
run cp both.crt etc/ca.crt
cp both.crt trusted.crt
signed ca2 amra2 /O=iom/CN=amra
until_ 90 as amra2 prihvatctl partitions
echo "callers with certificates of the old authority and of the new one are both let in:"
for who in amra amra2; do as "$who" prihvatctl get operations/ba --service procurement | head -1; done
signed ca2 tls2 /CN=here subjectAltName=DNS:localhost,IP:127.0.0.1
cp tls2.key etc/tls.key
cp tls2.crt etc/tls.crt
until_ 90 serves tls2.crt
run cp ca2.crt etc/ca.crt
cp ca2.crt trusted.crt
refused() { ! as amra prihvatctl --timeout 5 get operations/ba --service procurement; }
until_ 90 refused
say "prihvatctl get operations/ba                     # with a certificate of the old authority"
as amra prihvatctl --timeout 5 get operations/ba --service procurement && die "the old authority is still believed"
as amra2 prihvatctl get operations/ba --service procurement | head -1
kill "$server"
wait "$server" || die "it ended with $?"
unset PRIHVAT_SERVER

# --- on Kafka: instances and brokers ----------------------------------------------------------------------------------------
printf '\n== scale, lose a volume, replace the brokers\n'
export PRIHVAT_PRINCIPAL="organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=*"
brokers=$(KAFKA_HEAP=192m KAFKA_WAIT=300 "$root/deploy/kafka/kafka-up.sh" "$work/kafka" "$port" 3 | tail -1)
declare -A address pid
instance() {  # NUMBER
  prihvat-procurement --log=kafka --brokers="$brokers" --replication=3 --instance="procurement-$1" --data-dir="store-$1" \
    --listen="${address[$1]:-127.0.0.1:0}" --metrics-listen=127.0.0.1:0 --insecure-dev >"out-$1" 2>>"instance-$1.log" &
  pid[$1]=$!
  pids+=("${pid[$1]}")
  until_ 60 grep -q "listens on" "out-$1"
  address[$1]=$(sed -n 's/.*listens on \([^,]*\),.*/\1/p' "out-$1")
  until_ 180 caught_up "$1"
}
caught_up() { [ "$(grep -c '"message":"ready"' "instance-$1.log")" -ge "${starts[$1]:-1}" ]; }
declare -A starts=([0]=1 [1]=1)
written=0
write() {  # NUMBER-OF-COMMANDS INSTANCE
  local i
  for i in $(seq "$1"); do
    written=$((written + 1))
    prihvatctl --server="${address[$2]}" --timeout 120 call procurement.RegisterSupplier "{\"parent\": \"operations/ba\",
      \"supplierId\": \"s-$written\", \"supplier\": {\"displayName\": \"Supplier $written\", \"countryCode\": \"BA\"}}" >/dev/null ||
      die "command $written was not taken"
  done
}
there() { prihvatctl --server="${address[$1]}" --json list suppliers --parent operations/ba --limit 1000 |
  grep -o '"operations/ba/suppliers/[^"]*"' | sort -u | wc -l; }
checksum() { prihvatctl --server="${address[$1]}" store checksum --service procurement 2>/dev/null ||
  prihvatctl --server="${address[$1]}" store checksum; }
equal() { [ "$(checksum 0)" = "$(checksum 1)" ]; }
instance 0
prihvatctl --server="${address[0]}" --timeout 60 call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}' >/dev/null
write 20 0
echo "one instance, $written commands; a second one beside it, with an empty store:"
instance 1
until_ 60 equal
for i in 0 1; do echo "instance $i: $(checksum $i)"; done
kill "${pid[0]}"
wait "${pid[0]}" || die "instance 0 ended with $?"
write 20 1
echo "the first one ended, as for a node that goes: $written commands are taken, $(there 1) are there"

rm -rf store-0
starts[0]=2
instance 0
until_ 60 equal
echo "its volume was lost, and it was started with an empty one: $(checksum 0)"

topic_is_whole() {
  "${kafka_topics[@]}" --describe --under-replicated-partitions 2>/dev/null | grep -q prihvat && return 1
  return 0
}
kafka_topics=(java -Xmx96m -cp "$("$root/deploy/kafka/kafka-jars.sh")/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$brokers")
for node in ${REPLACE:-1 2 3}; do
  folder=$work/kafka/node$node
  kill "$(cat "$folder/pid")"
  while kill -0 "$(cat "$folder/pid")" 2>/dev/null; do sleep 0.2; done
  write 5 0
  rm -rf "$folder"
  KAFKA_HEAP=192m KAFKA_WAIT=300 "$root/deploy/kafka/kafka-up.sh" "$work/kafka" "$port" 3 >/dev/null
  until_ 180 topic_is_whole
  write 5 1
  echo "broker $node replaced by an empty one; its copies are there again"
done
until_ 60 equal
echo "$written commands were taken, $(there 0) are there"
[ "$(there 0)" = "$written" ] || die "$written commands were acknowledged"
printf '\nall went well\n'
