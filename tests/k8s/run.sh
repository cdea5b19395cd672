#!/usr/bin/env bash
# Installs the chart on the test's own Kubernetes and does to it what operations do. Writes what it saw to
# docs/operations/kubernetes-run.md when all went well. Called by `make test-k8s`; needs root, and a bundle in
# build/bundle, from which it installs without any network.
#   K8S_KEEP=1   leaves the cluster; tests/k8s/cluster.sh down ends it
#   K8S_ONLY=single|cluster   only that profile: its transcript goes to build/k8s-run-PROFILE.txt, for `record.py write`
set -euo pipefail
cd "$(dirname "$0")/../.."
export K8S_DIR=${K8S_DIR:-$PWD/build/k8s}
tools=$PWD/build/tools
dir=$K8S_DIR
bundles=build/bundle
bundle=$dir/bundle
transcript=build/k8s-run${K8S_ONLY:+-$K8S_ONLY}.txt
story=scenarios/bih-2023.yaml
inside=(nsenter --net=/var/run/netns/prihvat-k8s)
export HELM_CACHE_HOME=$dir/helm/cache HELM_CONFIG_HOME=$dir/helm/config HELM_DATA_HOME=$dir/helm/data
export KUBECONFIG=$dir/admin.kubeconfig
begun=$SECONDS

kubectl() { "${inside[@]}" "$tools/kubectl" "$@"; }
helm() { "${inside[@]}" "$tools/helm" "$@"; }
programs=build/${PRESET:-release}/bin
# As somebody does who has the bundle and nothing else.
from_bundle() { "${inside[@]}" env PATH="$tools:$PATH" "$bundle/install.sh" "$1" --key "$bundles/bundle.pub" "${@:2}"; }
say() { printf '%4d s  %s\n' $((SECONDS - begun)) "$*" | tee -a "$transcript"; }
# What is worth seeing, beside it.
show() { sed 's/^/        /' | tee -a "$transcript"; }
die() {
  printf 'test-k8s: FAILED: %s\n' "$*" >&2
  kubectl get pods,pvc -A -o wide >&2 || true
  local pod
  for pod in $(kubectl -n "${ns:-default}" get pods -o name 2>/dev/null); do
    printf -- '--- %s\n' "$pod" >&2
    kubectl -n "$ns" logs "$pod" --previous --tail=8 >&2 2>/dev/null || true
    kubectl -n "$ns" logs "$pod" --tail=8 >&2 || true
  done
  kubectl get events -n "${ns:-default}" --sort-by=.lastTimestamp 2>/dev/null | tail -15 >&2 || true
  exit 1
}

writer=
clean_up() {
  if [ -n "$writer" ]; then
    touch "$dir/load-stop"
    kill "$writer" 2>/dev/null || true
    wait "$writer" || true
  fi
  deploy/kafka/kafka-down.sh "$dir-kafka" --wipe 2>/dev/null || true
  [ "${K8S_KEEP:-0}" = 1 ] || tests/k8s/cluster.sh down
  rm -rf --one-file-system "$dir-volumes"
}

# certificate NAME SUBJECT ALTERNATIVE-NAMES: signed by an authority of the test's own, in $dir/tls.
certificate() {
  local tls=$dir/tls
  mkdir -p "$tls"
  printf '[req]\ndistinguished_name = dn\n[dn]\n' >"$tls/openssl.cnf"
  local new=(openssl req -config "$tls/openssl.cnf" -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2)
  [ -e "$tls/ca.crt" ] || "${new[@]}" -subj /CN=prihvat-test -keyout "$tls/ca.key" -out "$tls/ca.crt" \
    -addext basicConstraints=critical,CA:TRUE 2>/dev/null
  "${new[@]}" -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -subj "$2" -keyout "$tls/$1.key" -out "$tls/$1.crt" \
    -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$3" 2>/dev/null
}

# secret NAME CERTIFICATE: as cert-manager would make it.
secret() {
  kubectl -n "$ns" create secret generic "$1" --from-file=tls.crt="$dir/tls/$2.crt" \
    --from-file=tls.key="$dir/tls/$2.key" --from-file=ca.crt="$dir/tls/ca.crt" >/dev/null
}

# The names that the chart asks for, as openssl takes them.
names_of() {
  "$tools/helm" template prihvat charts/prihvat --namespace "$ns" --kube-version 1.34.0 -f "charts/prihvat/values-$1.yaml" \
    -f "charts/prihvat/ci/$1.yaml" --set tls.secretName= --set tls.certManager.enabled=true \
    --set tls.certManager.issuerRef.name=x --show-only templates/certificate.yaml |
    sed -n 's/^    - "\(.*\)"$/DNS:\1/p' | paste -sd,
}

# volumes NUMBER: that many volumes on this machine's disk, which outlive everything else.
volumes() {
  local i
  for i in $(seq "$1"); do
    mkdir -p "$dir-volumes/$ns-$i"
    kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: PersistentVolume
metadata: {name: $ns-$i}
spec:
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: $ns
  persistentVolumeReclaimPolicy: Retain
  local: {path: $dir-volumes/$ns-$i}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]}]}
Y
  done
}

# prepare PROFILE: a namespace that lets only restricted pods in, with what the chart refers to.
prepare() {
  kubectl create namespace "$ns" >/dev/null
  kubectl label namespace "$ns" pod-security.kubernetes.io/enforce=restricted >/dev/null
  certificate "$ns" /CN=prihvat "$(names_of "$1")"
  certificate "$ns-importer" /O=example/CN=importer "DNS:importer.example.org"
  secret prihvat-tls "$ns"
  secret importer-tls "$ns-importer"
  kubectl -n "$ns" create configmap story --from-file=story.yaml="$story" >/dev/null
  rm -f "$dir/seal.key" "$dir/trusted.keys"
  "$programs/prihvatctl" keys generate -o "$dir/seal.key" --trusted-keys "$dir/trusted.keys" >/dev/null
  kubectl -n "$ns" create secret generic prihvat-seal --from-file=seal.key="$dir/seal.key" >/dev/null
  load_scenarios
  kubectl -n "$ns" create configmap load --from-file="$dir/load" >/dev/null
  loads=0
  values=(-n "$ns" -f "charts/prihvat/values-$1.yaml" --set image.repository=localhost/prihvat
    --set tls.secretName=prihvat-tls --set seal.secretName=prihvat-seal --set "workload.storage.storageClass=$ns"
    --set 'identities[0].certificate=dns:importer.example.org' --set 'identities[0].speaks_for={*}')
}

# ctl NAME ARGUMENT...: prihvatctl in a pod; prints what it said.
ctl() {
  local name=$1 phase
  shift
  kubectl -n "$ns" delete pod "$name" --ignore-not-found --wait >/dev/null
  python3 tests/k8s/ctl_pod.py "$name" "$servers" "$@" | kubectl -n "$ns" apply -f - >/dev/null
  local deadline=$((SECONDS + 600))
  while true; do
    phase=$(kubectl -n "$ns" get pod "$name" -o jsonpath='{.status.phase}')
    case $phase in
      Succeeded) break ;;
      Failed) kubectl -n "$ns" logs "$name" >&2; return 1 ;;
    esac
    [ "$SECONDS" -lt "$deadline" ] || { kubectl -n "$ns" describe pod "$name" >&2; return 1; }
    sleep 0.3
  done
  kubectl -n "$ns" logs "$name"
  kubectl -n "$ns" delete pod "$name" --wait=false >/dev/null
}

# Scenarios that do nothing but write, one after the other: load_steps commands each.
load_steps=300
load_scenarios() {
  local i
  mkdir -p "$dir/load"
  for i in $(seq 60); do
    cat >"$dir/load/$i.yaml" <<Y
scenario: load-$i
principals: {buyer: organisations/iom/people/amra;roles=operation_manager;operations=*}
steps:
  - step: supplier
    for: {n: 1..$load_steps}
    as: buyer
    call: procurement.RegisterSupplier
    with:
      parent: operations/load
      supplier_id: s-$i-\${n}
      supplier: {display_name: "Supplier \${n} of load $i", country_code: BA}
Y
  done
}

# Plays one load after the other until told to stop; each step may be tried ATTEMPTS times.
play_loads() {
  local i=$1 attempts=$2
  while [ ! -e "$dir/load-stop" ]; do
    i=$((i + 1))
    [ -e "$dir/load/$i.yaml" ] || return 0  # as many as there are
    ctl "load-$i" play "/load/$i.yaml" --attempts "$attempts" >>"$dir/load.log" 2>&1 || { touch "$dir/load-failed"; return; }
    echo "$i" >"$dir/load-done"
  done
}

# under_load ATTEMPTS COMMAND...: the command, while commands are written; each of which must be taken at one of so many
# attempts, and each that was must be there afterwards.
under_load() {
  local attempts=$1
  shift
  rm -f "$dir"/load-stop "$dir"/load-failed "$dir"/load.log
  if [ "$loads" = 0 ]; then
    ctl load-operation call procurement.CreateOperation \
      '{"name": "operations/load", "displayName": "Load", "timeZone": "UTC"}' >/dev/null
  fi
  play_loads "$loads" "$attempts" &
  writer=$!
  "$@"
  touch "$dir/load-stop"
  wait "$writer"
  writer=
  [ ! -e "$dir/load-failed" ] || { cat "$dir/load.log" >&2; die "a command was not taken at $attempts attempts: $*"; }
  local before=$loads there
  loads=$(cat "$dir/load-done")
  there=$(ctl load-list --json list suppliers --parent operations/load --limit 100000 | grep -o '"operations/load/suppliers/[^"]*"' |
    sort -u | wc -l)
  [ "$there" = $((loads * load_steps)) ] || die "$((loads * load_steps)) commands were acknowledged, $there are there"
  say "under load: $(((loads - before) * load_steps)) commands taken meanwhile, $(retried) of them at a second attempt or later; all $there are there"
}
retried() { grep -o '[0-9]* tried again' "$dir/load.log" | awk '{n += $1} END {print n + 0}'; }

# Sets `sums` to the checksums of all stores after it.
play_story() {
  ctl play play /story/story.yaml | tail -1 | show
  sums=$(checksums)
  show <<<"$sums"
  ctl report report line-of-sight --operation operations/ba --where project=operations/ba/projects/migration-response |
    tail -4 >"$dir/report.txt"
  grep -q 'total 895,900.00 KM = EUR 458,066.40' "$dir/report.txt" || die "the line of sight says: $(cat "$dir/report.txt")"
  show <"$dir/report.txt"
}

# The checksums of all stores once they are the same twice: processes may still have something to do.
checksums() {
  local before now
  before=
  for _ in $(seq 60); do
    now=$(ctl checksum store checksum) || die "no checksums"
    if [ "$now" = "$before" ]; then echo "$now"; return; fi
    before=$now
  done
  die "the stores do not come to rest"
}

unchanged() {
  [ "$(checksums)" = "$sums" ] || die "the stores differ after: $1"
  say "$1: the stores are what they were"
}

test_api() {
  helm test prihvat -n "$ns" --timeout 180s >"$dir/helm-test.txt" 2>&1 || {
    cat "$dir/helm-test.txt" >&2
    kubectl -n "$ns" logs prihvat-test-api --all-containers >&2 || true
    die "helm test"
  }
  grep Phase "$dir/helm-test.txt" | sed 's/^/helm test: /' | show
}

# The log of every owner has been sealed with the key of the Secret.
sealed() {
  local pod key
  key=$(awk 'END {print $1}' "$dir/trusted.keys")
  for pod in $(kubectl -n "$ns" get pods -l app.kubernetes.io/name=prihvat,app.kubernetes.io/component!=test -o name); do
    kubectl -n "$ns" logs "$pod" | grep '"the log is sealed"' | grep -q "\"key\":\"$key\"" || die "$pod seals nothing"
  done
  say "the log is sealed with key $key, which a Secret holds"
}

# SIGKILL to the program in a pod, as the out-of-memory killer would.
kill_container() {
  local id
  id=$(kubectl -n "$ns" get pod "$1" -o jsonpath='{.status.containerStatuses[0].containerID}')
  "${inside[@]}" ctr -a "$dir/containerd.sock" -n k8s.io task kill -s SIGKILL "${id#containerd://}"
}

restarts_of() { kubectl -n "$ns" get pod "$1" -o jsonpath='{.status.containerStatuses[0].restartCount}'; }
await_restart() {
  local deadline=$((SECONDS + 120))
  until [ "$(restarts_of "$1")" -gt "$2" ]; do
    [ "$SECONDS" -lt "$deadline" ] || die "$1 does not come back"
    sleep 0.2
  done
  kubectl -n "$ns" wait --for=condition=Ready "pod/$1" --timeout=180s >/dev/null || die "$1 is not ready again"
}

kill_single() {
  local restarts
  restarts=$(restarts_of prihvat-0)
  kill_container prihvat-0
  await_restart prihvat-0 "$restarts"
}

# memory_of POD: "now most" of its program, MiB.
memory_of() {
  local id pid
  id=$(kubectl -n "$ns" get pod "$1" -o jsonpath='{.status.containerStatuses[0].containerID}')
  pid=$(ctr -a "$dir/containerd.sock" -n k8s.io task ls | awk -v id="${id#containerd://}" '$1 == id {print $2}')
  awk '$1 == "VmHWM:" {most = $2} $1 == "VmRSS:" {now = $2} END {printf "%d %d\n", now / 1024, most / 1024}' "/proc/$pid/status"
}

# Two minutes of far too much to do, at the smallest limit that the chart takes; callers send at any moment nearly as much
# as that. Nothing of it may end the program.
overload_seconds=${K8S_OVERLOAD_SECONDS:-120}
overload_single() {
  local address restarts memory
  helm upgrade prihvat "$chart" "${values[@]}" --set workload.resources.limits.memory=512Mi \
    --set workload.resources.requests.memory=512Mi --set 'workload.extraArgs={--mailbox-limit=2}' --wait --timeout 300s \
    >/dev/null || die "helm upgrade to 512Mi"
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null
  restarts=$(restarts_of prihvat-0)
  address=$(kubectl -n "$ns" get service prihvat -o jsonpath='{.spec.clusterIP}'):8443
  say "overload at a memory limit of 512Mi"
  "${inside[@]}" build/venv/bin/python tests/k8s/overload.py "$address" "prihvat.$ns.svc" "$dir/tls/ca.crt" \
    "$dir/tls/$ns-importer.crt" "$dir/tls/$ns-importer.key" "$overload_seconds" | show ||
    die "overload: $(memory_of prihvat-0) MiB, restarts $(restarts_of prihvat-0)"
  memory=$(memory_of prihvat-0)
  [ "$(restarts_of prihvat-0)" = "$restarts" ] || die "it was killed: $memory"
  say "overload: never killed; of 512 MiB it held ${memory#* } at most, and ${memory% *} afterwards"
  helm rollback prihvat -n "$ns" --wait --timeout 300s >/dev/null || die "helm rollback"
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null
}

single() {
  ns=aid
  servers=prihvat.$ns.svc.cluster.local:8443
  prepare single
  volumes 1
  say "install values-single.yaml in a namespace that enforces PodSecurity restricted"
  from_bundle chart -- "${values[@]}" --wait --timeout 300s >"$dir/notes.txt" 2>&1 ||
    { cat "$dir/notes.txt" >&2; die "helm install"; }
  kubectl -n "$ns" get pods,pvc | show
  sealed
  test_api
  say "play $story"
  play_story

  kill_single
  unchanged "program killed (SIGKILL)"
  # It is one program on one volume: callers wait for as long as it takes to start.
  under_load 20 kill_single
  sums=$(checksums)
  kubectl -n "$ns" delete pod prihvat-0 --wait >/dev/null
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null || die "not ready after the pod's end"
  unchanged "pod deleted"

  helm upgrade prihvat "$chart" "${values[@]}" --set logLevel=debug --wait --timeout 300s >/dev/null || die "helm upgrade"
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null
  test_api
  helm rollback prihvat 1 -n "$ns" --wait --timeout 300s >/dev/null || die "helm rollback"
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null
  say "upgraded to revision 2 and rolled back"
  kubectl drain node1 --pod-selector=app.kubernetes.io/name=prihvat --delete-emptydir-data --timeout=120s >/dev/null 2>&1 ||
    die "the drain was blocked"
  kubectl uncordon node1 >/dev/null
  kubectl -n "$ns" rollout status statefulset/prihvat --timeout=180s >/dev/null || die "not ready after the drain"
  # The test's own operation of revision 2 came with the upgrade.
  sums=$(checksums)
  say "node drained and given back"

  overload_single
  sums=$(checksums)

  helm uninstall prihvat -n "$ns" --wait --timeout 120s >/dev/null || die "helm uninstall"
  kubectl -n "$ns" delete pods --all --wait >/dev/null
  [ -z "$(kubectl -n "$ns" get statefulsets,services,pods -o name)" ] || die "something is left after helm uninstall"
  kubectl -n "$ns" get all,pvc 2>&1 | show
  helm install prihvat "$chart" "${values[@]}" --wait --timeout 300s >/dev/null || die "the second helm install"
  unchanged "everything deleted but the volume, and installed anew"
  ctl get get operations/ba/purchaseOrders/vehicles-2022 | sed -n 1,3p | show
  helm uninstall prihvat -n "$ns" --wait >/dev/null
  kubectl delete namespace "$ns" --wait >/dev/null
}

owner_of_procurement() {
  servers=prihvat-procurement.$ns.svc.cluster.local:8443 ctl partitions --json partitions |
    grep -o 'prihvat-procurement-[0-9]*' | sed -n 1,1p
}

# The owner of a partition, killed; how long until a command is taken again.
kill_owner() {
  local owner restarts killed
  owner=$(owner_of_procurement)
  [ -n "$owner" ] || die "no owner of procurement's partition 0"
  restarts=$(restarts_of "$owner")
  kill_container "$owner"
  killed=$SECONDS
  ctl write call procurement.CreateOperation \
    '{"name": "operations/after-kill", "displayName": "After the kill", "timeZone": "UTC"}' >/dev/null
  say "$owner killed, which owned a partition: the next command was taken within $((SECONDS - killed)) s"
  await_restart "$owner" "$restarts"
}

# roll_out HELM...: until all pods are new.
roll_out() {
  "$@" >/dev/null || die "$*"
  local service
  for service in procurement handover reception reporting; do
    kubectl -n "$ns" rollout status "statefulset/prihvat-$service" --timeout=300s >/dev/null || die "$service is not ready"
  done
}

cluster() {
  ns=relief
  servers=$(for s in procurement handover reception reporting; do
    echo "$s=prihvat-$s.$ns.svc.cluster.local:8443"; done | paste -sd,)
  say "start Kafka with three brokers beside the cluster"
  local brokers
  brokers=$("${inside[@]}" env KAFKA_HOST=10.99.0.1 KAFKA_HEAP=192m deploy/kafka/kafka-up.sh "$dir-kafka" 19092 3)
  prepare cluster
  volumes 8
  values+=(--set "kafka.brokers={$brokers}" --set workload.replicas=2 --set workload.resources.requests.cpu=50m)
  say "install values-cluster.yaml, two replicas a service"
  from_bundle chart -- "${values[@]}" --wait --timeout 600s >"$dir/notes.txt" 2>&1 ||
    { cat "$dir/notes.txt" >&2; die "helm install"; }
  kubectl -n "$ns" get pods | show
  sealed
  test_api
  say "play $story"
  play_story

  under_load 20 kill_owner
  under_load 2 roll_out helm upgrade prihvat "$chart" "${values[@]}" --set logLevel=debug --wait --timeout 600s
  say "upgraded under load: all pods rolled, and no command was refused twice"
  under_load 2 roll_out helm rollback prihvat 1 -n "$ns" --wait --timeout 600s
  say "rolled back under load: the same"
  sums=$(checksums)
  roll_out kubectl -n "$ns" delete pods -l app.kubernetes.io/name=prihvat
  unchanged "all eight pods ended at once"
  helm uninstall prihvat -n "$ns" --wait >/dev/null
}

[ "$(id -u)" -eq 0 ] || { echo "test-k8s: needs root" >&2; exit 1; }
[ -e "$bundles/bundle.pub" ] || { echo "test-k8s: make bundle first" >&2; exit 1; }
digest=$(python3 tests/k8s/record.py digest)
K8S_PROGRAMS=$(git ls-tree HEAD libs protos services | sha256sum | cut -c1-16)
export K8S_PROGRAMS
rm -f "$transcript"
# Before the trap: what another run has made is not this one's to take away.
[ ! -e "$K8S_DIR/pids" ] || { echo "test-k8s: there is a cluster already: tests/k8s/cluster.sh down" >&2; exit 1; }
[ ! -e /var/run/netns/prihvat-k8s ] || { echo "test-k8s: there is a namespace prihvat-k8s already" >&2; exit 1; }
trap clean_up EXIT
tests/k8s/cluster.sh up
mkdir -p "$bundle"
tar -C "$bundle" --strip-components=1 -xf "$(find "$bundles" -name '*.tar' -printf '%T@ %p\n' | sort -n | sed -n '$s/^[^ ]* //p')"
chart=$(echo "$bundle"/chart/prihvat-*.tgz)
from_bundle images --to "containerd:$dir/containerd.sock" >"$dir/import.log" || die "images of the bundle"
say "bundle: $(grep signed "$dir/import.log" | sed 's/^prihvat: //')"
say "Kubernetes $(kubectl version -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])') with one node; images imported"
[ "${K8S_ONLY:-single}" = cluster ] || single
[ "${K8S_ONLY:-cluster}" = single ] || cluster
say "all went well"
[ -n "${K8S_ONLY:-}" ] || python3 tests/k8s/record.py write "$digest" "$transcript"
