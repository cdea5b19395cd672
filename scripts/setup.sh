#!/usr/bin/env bash
# Installs what is missing on a bare Debian 12: setup.sh [build|test|chart|k8s|fuzz|bench|packages]
#   build     what building and the demo need: Debian packages only
#   test      that, and what the tests and `make lint` need: more packages, Kafka's jars, grpcurl, buf, a Python
#             environment (default)
#   chart     helm, kubeconform, kube-score and the schemas of Kubernetes (2 to 5 minutes the first time)
#   k8s       those, and a whole Kubernetes for `make test-k8s` (10 to 25 minutes the first time; needs root)
#   fuzz      the set `build`, and clang for `make fuzz`
#   bench     the set `test`, and what `make bench` measures beside the software: the jars of Kafka Streams, and
#             PostgreSQL with message-db, which are unpacked below build/ and not installed (1 to 3 minutes)
#   packages  only prints the Debian packages of the set `test`, one a line
# Idempotent; when nothing is missing it asks dpkg once and is done. Debian's packages go into the system, for which it
# needs root or sudo (without: it says what an administrator should run, and stops). All else goes below build/ and the
# user's cache folder. Versions are pinned in scripts/versions.env and scripts/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/versions.env
. scripts/versions.env

set_name=${1:-test}
cache=${XDG_CACHE_HOME:-$HOME/.cache}
tools=build/tools

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Without a network an installer can hang for ever; none of these takes as long when all is well.
patiently() { timeout --foreground 900 "$@"; }

build_packages=(
  g++ cmake ninja-build make pkg-config git ca-certificates ccache mold
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler golang-github-gogo-googleapis-dev
  librdkafka-dev librocksdb-dev prometheus-cpp-dev libabsl-dev libspdlog-dev libfmt-dev libcli11-dev libyaml-cpp-dev
  nlohmann-json3-dev libsodium-dev libssl-dev libjemalloc-dev libicu-dev libxlsxwriter-dev libcairo2-dev
  libpango1.0-dev libpng-dev libqpdf-dev libqrencode-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  fonts-dejavu-core tzdata
)
test_packages=(
  clang-format-14 clang-tidy-14 shellcheck spin
  python3 python3-yaml python3-venv zbar-tools poppler-utils kcat unzip procps dpkg-dev openssl
)

# What the unpacked PostgreSQL is linked with.
bench_packages=(libpq5 libldap-2.5-0 libgssapi-krb5-2 libpam0g libxml2 liblz4-1 libzstd1 libreadline8)

k8s_packages=(containerd runc containernetworking-plugins iptables iproute2 etcd-server openssl socat conntrack kmod
  util-linux procps python3)

# Tools that may be there without Debian's package: a tool, and the package that brings it.
tool_packages() {
  have javac || echo default-jdk-headless
  have java || echo default-jdk-headless
  have mvn || echo maven
  have go || echo golang-go
  have npm || echo npm
}

# Those of the given packages that are not installed. One call of dpkg-query, which also fails for unknown names.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    sed -n 's/^\([^ :]*\)\(:[a-z0-9]*\)\? installed$/\1/p' || true)
  printf '%s\n' "$@" | grep -vxFf <(printf '%s\n' "$installed" | sed '/^$/d') || true
}

install_packages() {
  local wanted=("$@") missing as_root=() package unknown=()
  have dpkg-query || die "this is not Debian; needed are the equivalents of: ${wanted[*]}"
  mapfile -t missing < <(missing_of "${wanted[@]}" | sort -u)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      printf 'setup: %d Debian packages are missing, and there is neither root nor sudo:\n' "${#missing[@]}" >&2
      printf '  %s\n' "${missing[@]}" >&2
      printf 'An administrator should run:\n  apt-get update && apt-get install -y --no-install-recommends %s\n' \
        "${missing[*]}" >&2
      exit 1
    fi
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  patiently "${as_root[@]}" apt-get -qq update ||
    die "cannot refresh the package lists: is the network there, and are the sources in /etc/apt right?"
  for package in "${missing[@]}"; do
    apt-cache show "$package" >/dev/null 2>&1 || unknown+=("$package")
  done
  [ "${#unknown[@]}" -eq 0 ] ||
    die "the package sources have no ${unknown[*]} (Debian 12, section main, has them all)"
  patiently "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" >"$log" 2>&1 || {
    tail -20 "$log" >&2
    die "apt-get install failed; its whole output is in $log"
  }
}

# The python environment of tests and examples; rebuilt when the pinned list changes.
install_venv() {
  local stamp=build/venv/.requirements
  if cmp -s scripts/requirements.txt "$stamp" && [ -x build/venv/bin/python ]; then return 0; fi
  say "making the Python environment build/venv"
  rm -rf build/venv
  python3 -m venv build/venv || die "cannot make build/venv"
  patiently build/venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt ||
    die "cannot get the Python packages of scripts/requirements.txt"
  cp scripts/requirements.txt "$stamp"
}

install_grpcurl() {
  [ ! -e "$tools/grpcurl-$GRPCURL_VERSION" ] || return 0
  say "building grpcurl $GRPCURL_VERSION"
  GOBIN=$PWD/$tools GOFLAGS=-mod=mod patiently go install \
    "github.com/fullstorydev/grpcurl/cmd/grpcurl@$GRPCURL_VERSION" >"$log" 2>&1 || {
    tail -5 "$log" >&2
    die "cannot get grpcurl $GRPCURL_VERSION through the Go module proxy"
  }
  touch "$tools/grpcurl-$GRPCURL_VERSION"
}

install_buf() {
  [ ! -e "$tools/buf-$BUF_VERSION" ] || return 0
  say "installing buf $BUF_VERSION"
  patiently npm install --silent --no-audit --no-fund --no-save --prefix "$tools/npm" "@bufbuild/buf@$BUF_VERSION" ||
    die "cannot get @bufbuild/buf $BUF_VERSION from npm"
  ln -sf npm/node_modules/.bin/buf "$tools/buf"
  touch "$tools/buf-$BUF_VERSION"
}

# A Go that is new enough: the machine's own, or one from the Go module proxy. Prints its path.
modern_go() {
  local version
  version=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  if [ "${version:-0}" -ge 24 ]; then command -v go; return; fi
  local home=$PWD/$tools/$GO_TOOLCHAIN_VERSION arch
  if [ ! -x "$home/bin/go" ]; then
    arch=$(go env GOARCH)
    patiently go mod download -json "golang.org/toolchain@v0.0.1-$GO_TOOLCHAIN_VERSION.linux-$arch" >"$log" 2>&1 || return 1
    rm -rf "$home.new"
    cp -r "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$log")" "$home.new"
    # An old Go does not know that a toolchain holds programs.
    chmod -R u+w "$home.new"
    chmod +x "$home.new"/bin/* "$home.new"/pkg/tool/*/*
    mv "$home.new" "$home"
  fi
  echo "$home/bin/go"
}

# go_tool NAME VERSION PACKAGE: builds build/tools/NAME.
go_tool() {
  local name=$1 version=$2 package=$3 go
  [ ! -e "$tools/$name-$version" ] || return 0
  say "building $name $version"
  go=$(modern_go) || die "cannot get $GO_TOOLCHAIN_VERSION through the Go module proxy; see $log"
  GOBIN=$PWD/$tools GOFLAGS=-mod=mod CGO_ENABLED=0 patiently "$go" install -trimpath -ldflags '-s -w' \
    "$package@$version" >"$log" 2>&1 || {
    tail -5 "$log" >&2
    die "cannot get $name $version through the Go module proxy"
  }
  touch "$tools/$name-$version"
}

# The schemas of Kubernetes as kubeconform wants them.
install_schemas() {
  [ ! -e "$tools/schemas-$KUBERNETES_VALIDATE_VERSION" ] || return 0
  say "fetching the schemas of Kubernetes"
  local folder
  folder=$(mktemp -d)
  patiently build/venv/bin/pip download --quiet --disable-pip-version-check --no-deps -d "$folder" \
    "kubernetes-validate==$KUBERNETES_VALIDATE_VERSION" || die "cannot get kubernetes-validate from PyPI"
  python3 tests/chart/make_schemas.py "$folder"/*.whl "$tools/schemas"
  rm -rf "$folder"
  touch "$tools/schemas-$KUBERNETES_VALIDATE_VERSION"
}

install_chart_tools() {
  go_tool helm "$HELM_VERSION" helm.sh/helm/v3/cmd/helm
  go_tool kubeconform "$KUBECONFORM_VERSION" github.com/yannh/kubeconform/cmd/kubeconform
  go_tool kube-score "$KUBE_SCORE_VERSION" github.com/zegl/kube-score/cmd/kube-score
  install_schemas
}

# Kubernetes from its source: its modules replace each other by version, which `go install` cannot.
install_kubernetes() {
  [ ! -e "$tools/kubernetes-$KUBERNETES_VERSION" ] || return 0
  local go program flags v=${KUBERNETES_VERSION#v}
  go=$(modern_go) || die "cannot get $GO_TOOLCHAIN_VERSION through the Go module proxy; see $log"
  flags="-s -w -X k8s.io/component-base/version.gitVersion=$KUBERNETES_VERSION"
  flags+=" -X k8s.io/component-base/version.gitMajor=${v%%.*}"
  flags+=" -X k8s.io/component-base/version.gitMinor=$(cut -d. -f2 <<<"$v")"
  flags+=" -X k8s.io/client-go/pkg/version.gitVersion=$KUBERNETES_VERSION"
  for program in kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
    say "building $program $KUBERNETES_VERSION"
    mkdir -p "$tools/kubernetes-build"
    cp tests/k8s/kubernetes/go.mod tests/k8s/kubernetes/tools.go "$tools/kubernetes-build/"
    (cd "$tools/kubernetes-build" && CGO_ENABLED=0 GOFLAGS=-mod=mod timeout --foreground 3600 "$go" build -trimpath \
      -ldflags "$flags" -o "../$program" "k8s.io/kubernetes/cmd/$program") >"$log" 2>&1 || {
      tail -5 "$log" >&2
      die "cannot build $program"
    }
  done
  touch "$tools/kubernetes-$KUBERNETES_VERSION"
}

# unpack NAME PACKAGE...: Debian's packages in build/tools/NAME, unpacked and not installed: Debian would start what they
# bring as services of this machine.
unpack() {
  local name=$1 folder=$tools/$1 package
  shift
  [ ! -e "$folder/.complete" ] || return 0
  say "fetching $name"
  rm -rf "$folder"
  mkdir -p "$folder"
  if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' -print -quit 2>/dev/null)" ] && [ "$(id -u)" -eq 0 ]; then
    patiently apt-get -qq update || die "cannot refresh the package lists"
  fi
  (cd "$folder" && patiently apt-get -qq download "$@" >"$OLDPWD/$log" 2>&1) || {
    tail -5 "$log" >&2
    die "cannot get Debian's packages $*"
  }
  for package in "$folder"/*.deb; do
    dpkg-deb -x "$package" "$folder"
    rm "$package"
  done
  touch "$folder/.complete"
}

# The jars that the benchmark's peer on Kafka Streams runs with.
install_streams() {
  local folder=$tools/streams
  [ ! -e "$folder/.complete" ] || return 0
  say "fetching the jars of Kafka Streams $KAFKA_VERSION"
  rm -rf "$folder"
  patiently mvn -q -B -Dstyle.color=never -f tests/bench/streams/pom.xml -Dkafka.version="$KAFKA_VERSION" \
    -Dprotobuf.version="$PROTOBUF_JAVA_VERSION" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$PWD/$folder" >"$log" 2>&1 || {
    tail -5 "$log" >&2
    die "cannot get the jars of Kafka Streams from Maven Central"
  }
  touch "$folder/.complete"
}

# What judges papers as PDF/A.
install_verapdf() {
  local folder=$tools/verapdf
  [ ! -e "$folder/.complete" ] || return 0
  say "fetching the jars of veraPDF $VERAPDF_VERSION"
  rm -rf "$folder"
  patiently mvn -q -B -Dstyle.color=never -f tests/pdfa/pom.xml -Dverapdf.version="$VERAPDF_VERSION" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$PWD/$folder" >"$log" 2>&1 || {
    tail -5 "$log" >&2
    die "cannot get the jars of veraPDF from Maven Central"
  }
  touch "$folder/.complete"
}

install_message_db() {
  local folder=$tools/message-db archive
  [ ! -e "$folder/.complete" ] || return 0
  say "fetching message-db $MESSAGE_DB_VERSION"
  rm -rf "$folder"
  mkdir -p "$folder"
  archive=$(cd "$folder" && patiently npm pack --silent "@eventide/message-db@$MESSAGE_DB_VERSION") ||
    die "cannot get @eventide/message-db $MESSAGE_DB_VERSION from npm"
  tar -xzf "$folder/$archive" -C "$folder" --strip-components=1
  rm "$folder/$archive"
  touch "$folder/.complete"
}

# Asked here and not left to the first test, so that the tests run without a network.
install_kafka() {
  [ ! -e "${KAFKA_LIBS:-$cache/prihvat/kafka}/$KAFKA_VERSION/.complete" ] || return 0
  say "fetching the jars of Apache Kafka $KAFKA_VERSION"
  patiently deploy/kafka/kafka-jars.sh >/dev/null || die "cannot get Kafka's jars from Maven Central"
}

log=build/setup.log
case $set_name in
  build)
    mkdir -p build
    install_packages "${build_packages[@]}"
    ;;
  test)
    mkdir -p "$tools"
    mapfile -t extra < <(tool_packages)
    install_packages "${build_packages[@]}" "${test_packages[@]}" "${extra[@]}"
    install_venv
    install_grpcurl
    install_buf
    unpack monitoring prometheus prometheus-alertmanager
    install_kafka
    install_verapdf
    ;;
  chart)
    scripts/setup.sh test
    install_chart_tools
    ;;
  k8s)
    scripts/setup.sh test
    install_packages "${k8s_packages[@]}"
    install_chart_tools
    install_kubernetes
    ;;
  fuzz)
    mkdir -p build
    install_packages "${build_packages[@]}" clang-14 libclang-rt-14-dev
    ;;
  bench)
    scripts/setup.sh test
    install_packages "${bench_packages[@]}"
    unpack postgresql postgresql-15 postgresql-client-15
    install_streams
    install_message_db
    ;;
  packages)
    printf '%s\n' "${build_packages[@]}" "${test_packages[@]}" default-jdk-headless maven golang-go npm
    ;;
  *) die "no set $set_name: setup.sh [build|test|chart|k8s|fuzz|bench|packages]" ;;
esac
