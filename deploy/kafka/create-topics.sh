#!/usr/bin/env bash
# Creates the topics that topics.yaml declares and that are not there yet: create-topics.sh BOOTSTRAP BROKERS
# BROKERS is how many brokers the cluster has: with fewer than three, topics have one replica and
# min.insync.replicas 1. Topics that are there are left as they are; the services' audit says what is wrong with them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bootstrap=${1:?usage: create-topics.sh BOOTSTRAP BROKERS} brokers=${2:?usage: create-topics.sh BOOTSTRAP BROKERS}
libs=$("$here/kafka-jars.sh")
python3 - "$here/topics.yaml" "$brokers" <<'P' |
import sys
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    declared = yaml.safe_load(file)
brokers = int(sys.argv[2])
for topic in declared["topics"]:
    merged = {**declared["defaults"], **topic}
    settings = {**declared["defaults"]["settings"], **topic.get("settings", {})}
    if brokers < 3:
        settings["min.insync.replicas"] = 1
    flags = [f"--config {key}={str(value).lower() if isinstance(value, bool) else value}"
             for key, value in settings.items()]
    print("--topic", topic["name"], "--partitions", merged["partitions"],
          "--replication-factor", merged["replication_factor"] if brokers >= 3 else 1, *flags)
P
  while read -r -a flags; do
    java -Xmx96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.level=error -cp "$libs/*" \
      org.apache.kafka.tools.TopicCommand --bootstrap-server "$bootstrap" --create --if-not-exists "${flags[@]}" \
      </dev/null | sed '/could collide/d'  # a warning for names that have both "." and "_"
  done
