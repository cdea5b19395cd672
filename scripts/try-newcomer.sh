#!/usr/bin/env bash
# Walks a newcomer's way in a bare Debian 12: clone, `make setup` without root (which must say what is missing and stop),
# then as root `make demo` and `make test`.
#   try-newcomer.sh [FOLDER]     where to make the root (default build/newcomer, removed first and at the end)
#   NEWCOMER_STEPS="demo test"   which targets to run
#   NEWCOMER_PRESET=dev          with which preset (default: the Makefile's)
#   NEWCOMER_CCACHE=FOLDER       a compiler's cache to begin with; without it all is compiled
#   NEWCOMER_KEEP=1              leave the root there
# Needs root, mmdebstrap and unshare. Packages come from where this machine's apt has them (its sources and settings are
# read, none is written down here); certificates that this machine trusts are trusted there too.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(realpath -m "${1:-build/newcomer}")
read -r -a steps <<<"${NEWCOMER_STEPS:-demo test}"

say() { printf 'newcomer: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || die "needs root"
for tool in mmdebstrap unshare chroot git; do
  command -v "$tool" >/dev/null || die "needs $tool"
done

mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
  \( -name '*.list' -o -name '*.sources' \) -size +0 2>/dev/null)
grep -qh bookworm "${sources[@]}" || die "this machine's apt has no sources of Debian 12 (bookworm)"

work=$(mktemp -d)
clean_up() {
  rm -rf "$work"
  [ "${NEWCOMER_KEEP:-0}" = 1 ] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT

# In the root, with its own mounts and processes, which end with it: inside USER COMMAND...
inside() {
  local user=$1
  shift
  # shellcheck disable=SC2016  # expanded by the inner shells
  unshare --mount --pid --fork --kill-child -- bash -euc '
    root=$1 user=$2
    shift 2
    mount --bind "$root" "$root"  # a root file system of its own, as a machine has
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    if [ -n "${NEWCOMER_CCACHE:-}" ]; then
      mkdir -p "$root/var/cache/ccache"
      mount --bind "$NEWCOMER_CCACHE" "$root/var/cache/ccache"
    fi
    exec chroot "$root" runuser -u "$user" -- "$@"
  ' _ "$root" "$user" "$@"
}

timed() {
  local what=$1 started
  shift
  started=$(date +%s)
  "$@" || die "FAILED: $what (after $(($(date +%s) - started)) s)"
  say "$what: $(($(date +%s) - started)) s"
}

bare_root() {
  rm -rf --one-file-system "$root"
  mkdir -p "$(dirname "$root")"
  # How this machine's apt reaches its sources: proxies, clocks.
  apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$work/apt.conf" || true
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,git,make --aptopt="$work/apt.conf" \
    bookworm "$root" "${sources[@]}"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  if [ -d /usr/local/share/ca-certificates ]; then
    cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
  fi
  chroot "$root" useradd --create-home newcomer
}

# What lets tools with trust stores of their own trust what the root trusts.
trust=(PIP_CERT=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt)
clean_environment=(env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
  CCACHE_DIR=/var/cache/ccache "${trust[@]}" ${NEWCOMER_PRESET:+"PRESET=$NEWCOMER_PRESET"})

without_root() {
  local output
  if output=$(inside newcomer env -i HOME=/home/newcomer PATH=/usr/bin:/bin \
    make -C /home/newcomer/prihvat setup 2>&1); then
    printf '%s\n' "$output"
    return 1
  fi
  grep -q 'packages are missing, and there is neither root nor sudo' <<<"$output" || {
    printf '%s\n' "$output"
    return 1
  }
}

timed "bare Debian 12" bare_root
git clone --quiet --bare . "$root/srv/prihvat.git"
cp -r "$root/srv/prihvat.git" "$root/home/newcomer/prihvat.git"
chroot "$root" chown -R newcomer: /home/newcomer/prihvat.git
timed "clone" inside root git clone --quiet /srv/prihvat.git /root/prihvat
inside newcomer git clone --quiet /home/newcomer/prihvat.git /home/newcomer/prihvat
timed "make setup without root says what is missing" without_root
for step in "${steps[@]}"; do
  timed "make $step" inside root "${clean_environment[@]}" make -C /root/prihvat "$step"
done
say "done"
