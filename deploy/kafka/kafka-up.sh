#!/usr/bin/env bash
# Starts a real Apache Kafka (KRaft) on 127.0.0.1 and prints its bootstrap servers: kafka-up.sh DIR PORT [NODES [LINES]]
# One node listens on PORT (controller: PORT+100); three nodes on PORT..PORT+2, RF 3, min.insync.replicas 2.
# LINES (0 to 5) gives each node so many more listeners, for tests: line L of node N listens on PORT+10*L+N-1 and says
# that it is reached five ports above, where the test puts a proxy: so each client has a line of its own to each node.
# Idempotent: a node that already answers is left alone; data in DIR is kept between runs (kafka-down.sh --wipe removes
# it). The brokers never create a topic by themselves: see topics.yaml.
# Env: KAFKA_VERSION, KAFKA_LIBS (jar cache), KAFKA_HEAP (256m), KAFKA_JVM (flags; without it the quick compiler
# only: a broker that lives for minutes would be optimised all that time, on the cores of what is tested), KAFKA_PARTS
# (partitions of Kafka's internal topics, 4), KAFKA_WAIT (seconds to wait for an answer, 90), KAFKA_HOST (another address
# of this machine than 127.0.0.1), KAFKA_SESSION_MS (after so long without a word a node is replaced, 9000).
# KAFKA_TLS names a folder with broker.pem (key, then certificate) and ca.crt: then node N listens with TLS too, on
# PORT+50+N-1 for users with a password (SASL_SSL, PLAIN or SCRAM-SHA-512) and on PORT+60+N-1 for those with a certificate (SSL), and
# lets them do only what they have rights for (kafka-acls.sh); who comes without TLS may do all. KAFKA_USERS
# ("name:password name:password") are made when the data is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage="usage: kafka-up.sh DIR PORT [NODES [LINES]]"
dir=${1:?$usage} port=${2:?$usage} nodes=${3:-1} lines=${4:-0}
host=${KAFKA_HOST:-127.0.0.1} heap=${KAFKA_HEAP:-256m} parts=${KAFKA_PARTS:-4}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9>"$dir/.lock"
flock 9
libs=$("$here/kafka-jars.sh")

# How many brokers the broker on port $1 knows; empty if it does not answer. A Metadata request, version 1, for no
# topics, written by hand: a client would need a second process with a start-up time of its own.
brokers_known() {
  (
    exec 3<>"/dev/tcp/$host/$1" || exit 1
    printf '\x00\x00\x00\x10\x00\x03\x00\x01\x00\x00\x00\x01\x00\x02up\x00\x00\x00\x00' >&3
    timeout 2 head -c 12 <&3 | od -An -tu1 | awk 'NF==12{print $12}'
  ) 2>/dev/null || true
}

# Whether the process that node folder $1 names is a broker and runs.
alive() {
  [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null &&
    grep -qa kafka.Kafka "/proc/$(cat "$1/pid")/cmdline"
}

voters="" bootstrap=""
for i in $(seq 1 "$nodes"); do
  voters+="${voters:+,}$i@$host:$((port + 99 + i))"
  bootstrap+="${bootstrap:+,}$host:$((port + i - 1))"
done
replicas=$nodes
[ "$replicas" -le 3 ] || replicas=3
in_sync=1
[ "$replicas" -lt 3 ] || in_sync=2
# A cluster id must not begin with "-", and "/" and "+" are not allowed in it.
[ -s "$dir/cluster.id" ] || head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | tr -d = >"$dir/cluster.id"

scram=() plain=""
for user in ${KAFKA_USERS:-}; do
  scram+=(--add-scram "SCRAM-SHA-512=[name=${user%%:*},password=${user#*:}]")
  plain+=" user_${user%%:*}=\"${user#*:}\""
done

write_configuration() {  # of node $1 in folder $2
  local listeners advertised protocols line at
  listeners=PLAINTEXT://$host:$((port + $1 - 1)),CONTROLLER://$host:$((port + 99 + $1))
  advertised=PLAINTEXT://$host:$((port + $1 - 1))
  protocols=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
  for ((line = 1; line <= lines; line++)); do
    at=$((port + 10 * line + $1 - 1))
    listeners+=,LINE$line://$host:$at
    advertised+=,LINE$line://$host:$((at + 5))
    protocols+=,LINE$line:PLAINTEXT
  done
  if [ -n "${KAFKA_TLS:-}" ]; then
    at="PASSWORD://$host:$((port + 49 + $1)),CERTIFICATE://$host:$((port + 59 + $1))"
    listeners+=,$at
    advertised+=,$at
    protocols+=,PASSWORD:SASL_SSL,CERTIFICATE:SSL
  fi
  cat >"$2/server.properties" <<P
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$voters
controller.listener.names=CONTROLLER
listeners=$listeners
advertised.listeners=$advertised
listener.security.protocol.map=$protocols
log.dirs=$2/data
auto.create.topics.enable=false
unclean.leader.election.enable=false
default.replication.factor=$replicas
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=$parts
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
transaction.state.log.num.partitions=$parts
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$in_sync
share.coordinator.state.topic.num.partitions=$parts
broker.session.timeout.ms=${KAFKA_SESSION_MS:-9000}
broker.heartbeat.interval.ms=$((${KAFKA_SESSION_MS:-9000} / 5))
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
P
  [ -z "${KAFKA_TLS:-}" ] || cat >>"$2/server.properties" <<P
ssl.keystore.type=PEM
ssl.keystore.location=$KAFKA_TLS/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$KAFKA_TLS/ca.crt
listener.name.certificate.ssl.client.auth=required
listener.name.password.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.password.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required$plain;
listener.name.password.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
P
}


for i in $(seq 1 "$nodes"); do
  n="$dir/node$i"
  mkdir -p "$n/data"
  if alive "$n"; then continue; fi
  write_configuration "$i" "$n"
  [ -f "$n/data/meta.properties" ] ||
    java -Xmx96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$libs/*" kafka.tools.StorageTool format \
      -t "$(cat "$dir/cluster.id")" -c "$n/server.properties" "${scram[@]}" >"$n/format.log" 2>&1 9>&- ||
    { cat "$n/format.log" >&2; exit 1; }
  # shellcheck disable=SC2086  # KAFKA_JVM is a list of flags
  setsid java -Xms"$heap" -Xmx"$heap" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError ${KAFKA_JVM--XX:TieredStopAtLevel=1} \
    -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$libs/*" kafka.Kafka "$n/server.properties" \
    >>"$n/kafka.log" 2>&1 </dev/null 9>&- &
  echo $! >"$n/pid"
done

# Ready when each node answers and knows all the others.
deadline=$((SECONDS + ${KAFKA_WAIT:-90}))
for i in $(seq 1 "$nodes"); do
  until [ "$(brokers_known $((port + i - 1)))" = "$nodes" ]; do
    alive "$dir/node$i" || { echo "kafka node $i ended:" >&2; tail -20 "$dir/node$i/kafka.log" >&2; exit 1; }
    [ "$SECONDS" -lt "$deadline" ] || { echo "kafka node $i gave no answer in time" >&2; exit 1; }
    sleep 0.1
  done
done
echo "$bootstrap"
