#!/usr/bin/env bash
# One-node Kubernetes on this machine: cluster.sh up|down|import IMAGE.oci.tar ...
# All state is in K8S_DIR (build/k8s); processes run in the network namespace prihvat-k8s and the cgroup of that name.
# `down` ends what the pid file names and what still is the process that was started, containers through containerd, and
# removes the namespaces, the cgroup, mounts and folders of this cluster: never those of another one on the machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/build/tools
dir=${K8S_DIR:-$PWD/build/k8s}
namespace=prihvat-k8s
node=node1
ip=10.99.0.1
services=10.96.0.0/16 pods=10.244.0.0/16
pki=$dir/pki
inside=(nsenter "--net=/var/run/netns/$namespace")
ctr=("${inside[@]}" ctr -a "$dir/containerd.sock" -n k8s.io)
kubectl=("${inside[@]}" "$tools/kubectl" "--kubeconfig=$dir/admin.kubeconfig")
controllers=(cpu cpuacct cpuset memory pids systemd blkio freezer devices hugetlb unified)

say() { printf 'cluster: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || die "no $what in time; logs are in $dir/*.log"
    sleep 0.2
  done
  say "$what"
}

# When a process began, in ticks since the machine did: with its number it names one process for good. Nothing for one that
# has ended (Z: nobody has asked how).
began() { { sed -n 's/^.*) \([^Z]\)/\1/p' "/proc/$1/stat" 2>/dev/null || true; } | cut -d' ' -f20; }

# run NAME COMMAND...: in the background, within the namespace; its pid and when it began go to the list.
run() {
  local name=$1
  shift
  "${inside[@]}" setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
  echo "$! $(began $!) $name" >>"$dir/pids"
}

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"; }
# certificate NAME SUBJECT ALTERNATIVE-NAMES USAGE
certificate() {
  key "$1"
  openssl req -new -key "$pki/$1.key" -subj "$2" -out "$pki/$1.csr"
  printf 'extendedKeyUsage=%s\n%s\n' "$4" "${3:+subjectAltName=$3}" >"$pki/$1.ext"
  openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 2 \
    -extfile "$pki/$1.ext" -out "$pki/$1.crt" 2>/dev/null
}
kubeconfig() {  # NAME [CERTIFICATE]
  cat >"$dir/$1.kubeconfig" <<Y
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://$ip:6443", certificate-authority: $pki/ca.crt}}]
users: [{name: u, user: {client-certificate: $pki/$1.crt, client-key: $pki/$1.key}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
Y
}

make_certificates() {
  mkdir -p "$pki"
  key ca
  openssl req -x509 -new -key "$pki/ca.key" -subj /CN=k8s-test -days 2 -out "$pki/ca.crt"
  certificate apiserver /CN=kube-apiserver \
    "IP:$ip,IP:127.0.0.1,IP:10.96.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc" serverAuth
  certificate admin /O=system:masters/CN=admin "" clientAuth
  certificate controllers /CN=system:kube-controller-manager "" clientAuth
  certificate scheduler /CN=system:kube-scheduler "" clientAuth
  certificate proxy /CN=system:kube-proxy "" clientAuth
  certificate to-kubelet /O=system:masters/CN=apiserver-kubelet-client "" clientAuth
  certificate "$node" "/O=system:nodes/CN=system:node:$node" "IP:$ip,DNS:$node" serverAuth,clientAuth
  openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  local name
  for name in admin controllers scheduler proxy "$node"; do kubeconfig "$name"; done
}

make_network() {
  ip netns add "$namespace" || die "there is a namespace $namespace already: another cluster, or what is left of one"
  touch "$dir/made-namespace"
  "${inside[@]}" ip link set lo up
  # A bridge without ports stays down: it gets one end of a pair.
  "${inside[@]}" ip link add br0 type bridge
  "${inside[@]}" ip addr add "$ip/24" dev br0
  "${inside[@]}" ip link add v0 type veth peer name v1
  "${inside[@]}" ip link set v0 master br0
  local link
  for link in v0 v1 br0; do "${inside[@]}" ip link set "$link" up; done
  "${inside[@]}" ip route add default via "$ip" dev br0
  "${inside[@]}" sysctl -qw net.ipv4.ip_forward=1
  "${inside[@]}" sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true
}

start_control_plane() {
  # A test's etcd may lose what a power cut would: nothing outlives the run.
  run etcd etcd --data-dir "$dir/etcd" --listen-client-urls http://127.0.0.1:2379 \
    --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync
  run apiserver "$tools/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 "--bind-address=$ip" \
    "--advertise-address=$ip" --secure-port=6443 "--tls-cert-file=$pki/apiserver.crt" \
    "--tls-private-key-file=$pki/apiserver.key" "--client-ca-file=$pki/ca.crt" --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction "--service-account-key-file=$pki/sa.pub" \
    "--service-account-signing-key-file=$pki/sa.key" --service-account-issuer=https://kubernetes.default.svc \
    "--service-cluster-ip-range=$services" --allow-privileged=true \
    "--kubelet-client-certificate=$pki/to-kubelet.crt" "--kubelet-client-key=$pki/to-kubelet.key" \
    "--kubelet-certificate-authority=$pki/ca.crt" --kubelet-preferred-address-types=InternalIP
  await 300 "API server" "${kubectl[@]}" get --raw /readyz
  run controllers "$tools/kube-controller-manager" "--kubeconfig=$dir/controllers.kubeconfig" \
    --bind-address=127.0.0.1 "--service-account-private-key-file=$pki/sa.key" "--root-ca-file=$pki/ca.crt" \
    --use-service-account-credentials=true --allocate-node-cidrs=true "--cluster-cidr=$pods" \
    "--service-cluster-ip-range=$services" --leader-elect=false
  run scheduler "$tools/kube-scheduler" "--kubeconfig=$dir/scheduler.kubeconfig" --bind-address=127.0.0.1 \
    --leader-elect=false
  await 300 "controllers" "${kubectl[@]}" get serviceaccount default
}

configure_node() {
  mkdir -p "$dir"/{cni,containerd,run,kubelet,podlogs}
  : >"$dir/resolv.conf"
  cat >"$dir/cni/10-bridge.conflist" <<Y
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$dir/ipam", "ranges": [[{"subnet": "10.244.10.0/24"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
Y
  # Without CAP_SYS_RESOURCE no process may lower its score of the out-of-memory killer.
  cat >"$dir/containerd.toml" <<Y
version = 2
root = "$dir/containerd"
state = "$dir/run/containerd"
oom_score = 0
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
Y
  cat >"$dir/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ip
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$namespace
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: [$ip]
containerRuntimeEndpoint: unix://$dir/containerd.sock
tlsCertFile: $pki/$node.crt
tlsPrivateKeyFile: $pki/$node.key
resolvConf: $dir/resolv.conf
featureGates: {KubeletInUserNamespace: true}
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: 100Mi}
oomScoreAdj: 0
podLogsDir: $dir/podlogs
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
syncFrequency: 10s
Y
  cat >"$dir/proxy.yaml" <<Y
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: $pods
hostnameOverride: $node
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
clientConnection: {kubeconfig: $dir/proxy.kubeconfig}
Y
}

# The kubelet wants its cgroup to be there, in each hierarchy of version 1.
make_cgroups() {
  touch "$dir/made-cgroups"
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || { mkdir -p "/sys/fs/cgroup/$namespace"; return; }
  local file name
  for name in cpu cpuacct cpuset memory pids systemd blkio freezer devices; do
    mkdir -p "/sys/fs/cgroup/$name/$namespace"
  done
  for file in cpus mems; do
    cat "/sys/fs/cgroup/cpuset/cpuset.$file" >"/sys/fs/cgroup/cpuset/$namespace/cpuset.$file"
  done
}

import_images() {
  local image
  for image in "$@"; do "${ctr[@]}" images import "$image" >>"$dir/import.log" 2>&1 || die "cannot import $image"; done
}

node_is_ready() {
  [ "$("${kubectl[@]}" get node "$node" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

start_node() {
  configure_node
  make_cgroups
  run containerd containerd -c "$dir/containerd.toml"
  await 120 "containerd" "${ctr[@]}" version
  python3 tests/k8s/pause_image.py "$dir"
  import_images "$dir/pause.oci.tar"
  run kubelet "$tools/kubelet" "--config=$dir/kubelet.yaml" "--kubeconfig=$dir/$node.kubeconfig" \
    "--hostname-override=$node" "--node-ip=$ip" "--root-dir=$dir/kubelet" "--cert-dir=$dir/kubelet/pki"
  run proxy "$tools/kube-proxy" "--config=$dir/proxy.yaml"
  await 300 "node" node_is_ready
  run names python3 tests/k8s/names.py "$ip" "https://$ip:6443" "$pki"
}

up() {
  [ "$(id -u)" -eq 0 ] || die "needs root"
  [ ! -e "$dir/pids" ] || die "there is one already, or what is left of one: tests/k8s/cluster.sh down"
  mkdir -p "$dir"
  : >"$dir/pids"
  make_certificates
  make_network
  start_control_plane
  start_node
}

# end_process PID BEGAN: unless the number is another process's by now.
is_running() { [ -n "$2" ] && [ "$(began "$1")" = "$2" ]; }
end_process() {
  is_running "$1" "$2" || return 0
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 50); do
    is_running "$1" "$2" || return 0
    sleep 0.1
  done
  if is_running "$1" "$2"; then kill -KILL "$1" 2>/dev/null || true; fi
}

# The network namespaces of this cluster's pods, as runc's own files name them: containerd need not answer for that.
pod_namespaces() {
  find "$dir/run/containerd" -name config.json -exec grep -oh '"/var/run/netns/cni-[0-9a-f-]*"' {} + 2>/dev/null |
    tr -d '"' | sed 's,.*/,,' | sort -u
}

remove_cgroups() {
  local name
  for name in "" "${controllers[@]}"; do
    [ ! -d "/sys/fs/cgroup/${name:+$name/}$namespace" ] ||
      find "/sys/fs/cgroup/${name:+$name/}$namespace" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}

down() {
  [ -e "$dir/pids" ] || return 0
  local pid since name item spaces
  spaces=$(pod_namespaces || true)
  # The kubelet first, or it would start anew what is ended.
  while read -r pid since name; do
    if [ "$name" = kubelet ]; then end_process "$pid" "$since"; fi
  done <"$dir/pids"
  for item in $("${ctr[@]}" tasks ls -q 2>/dev/null); do "${ctr[@]}" tasks rm -f "$item" >/dev/null 2>&1 || true; done
  for item in $("${ctr[@]}" containers ls -q 2>/dev/null); do "${ctr[@]}" containers rm "$item" >/dev/null 2>&1 || true; done
  while read -r pid since name; do end_process "$pid" "$since"; done < <(tac "$dir/pids")
  while read -r item; do umount -l "$item" || true; done < <(
    awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r)
  [ ! -e "$dir/made-namespace" ] || ip netns del "$namespace" 2>/dev/null || true
  for item in $spaces; do ip netns del "$item" 2>/dev/null || true; done
  if [ -e "$dir/made-cgroups" ]; then
    remove_cgroups
    remove_cgroups
  fi
  rm -rf --one-file-system "$dir"
}

case ${1:-} in
  up) up ;;
  down) down ;;
  import) shift; import_images "$@" ;;
  *) die "usage: cluster.sh up|down|import IMAGE.oci.tar ..." ;;
esac
