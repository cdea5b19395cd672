#!/usr/bin/env bash
# Checks format, C++, protos, shell scripts and Python; says everything that is wrong, not only the first.
# clang-tidy takes about five seconds a file, so by default it looks only at the C++ files that changed since a base, and
# at those that include a changed header of theirs directly:
#   LINT_BASE=REV   the base; else the fork point from origin/main, else the last tag, else the commit before
#   LINT_ALL=1      then the other files too: the product's first, then the tests
#   LINT_RELEASED=REV  what the protos must stay compatible with; else the last tag, and nothing before there is one
#   LINT_SECONDS    when to stop beginning new files (default 900; 0: never); files left out are named
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${PRESET:-release} jobs=${JOBS:-$(nproc)} seconds=${LINT_SECONDS:-900}
failed=0
export PATH=$PWD/build/tools:$PATH

step() { printf 'lint: %s\n' "$*"; }
wrong() { printf 'lint: FAILED: %s\n' "$*"; failed=1; }

base_revision() {
  local head fork
  head=$(git rev-parse HEAD)
  if [ -n "${LINT_BASE:-}" ]; then echo "$LINT_BASE"; return; fi
  if fork=$(git merge-base HEAD origin/main 2>/dev/null) && [ "$fork" != "$head" ]; then echo "$fork"; return; fi
  if fork=$(git describe --tags --abbrev=0 HEAD~1 2>/dev/null); then echo "$fork"; return; fi
  git rev-parse --verify -q HEAD~1 || git hash-object -t tree /dev/null
}

# The .cc files to look at, one a line, the first ones first.
tidy_files() {
  changed_files
  if [ "${LINT_ALL:-0}" = 1 ]; then
    git ls-files '*.cc' | grep -v '_test\.cc$' || true
    git ls-files '*_test.cc'
  fi
}

changed_files() {
  local base changed headers
  base=$(base_revision)
  changed=$(git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h')
  headers=$(grep '\.h$' <<<"$changed" | sed 's/.*/#include "&"/' || true)
  {
    grep '\.cc$' <<<"$changed" || true
    [ -z "$headers" ] || git grep -lFf <(printf '%s\n' "$headers") -- '*.cc' || true
  } | sort -u
}

step "format (clang-format-14)"
git ls-files -z '*.cc' '*.h' | xargs -0r clang-format-14 --dry-run -Werror ||
  wrong "C++ files are not formatted; make format does it"

step "shell scripts (shellcheck)"
git ls-files -z '*.sh' .ci/run | xargs -0r shellcheck -x || wrong "shellcheck has complaints"

step "Python (ruff)"
git ls-files -z '*.py' | xargs -0r build/venv/bin/ruff check --quiet || wrong "ruff has complaints"

step "protos (buf)"
googleapis=$(find /usr/share/gocode/src/github.com/gogo/googleapis -maxdepth 1 -name google 2>/dev/null || true)
if [ -z "$googleapis" ]; then
  wrong "google's protos are not there; make setup"
else
  # Beside our protos, not in the tree: buf wants what protos import within its workspace.
  rm -rf build/googleapis
  mkdir -p build/googleapis/google
  for package in api rpc type; do
    mkdir -p "build/googleapis/google/$package"
    cp "$googleapis/$package"/*.proto "build/googleapis/google/$package/"
  done
  buf lint || wrong "the protos break a rule of buf.yaml"
  buf format protos --diff --exit-code || wrong "the protos are not formatted; make format does it"
  released=${LINT_RELEASED:-$(git describe --tags --abbrev=0 2>/dev/null || true)}
  if [ -z "$released" ]; then
    step "nothing is released yet that the protos would have to agree with"
  else
    step "protos against those of $released (buf breaking)"
    rm -rf build/released
    mkdir -p build/released/build
    git archive "$released" buf.yaml protos | tar -x -C build/released
    cp -r build/googleapis build/released/build/
    buf breaking --against build/released || wrong "the protos break what $released has released"
  fi
fi

mapfile -t files < <(tidy_files | awk '!seen[$0]++')
step "C++ (clang-tidy-14), ${#files[@]} files"
if [ "${#files[@]}" -gt 0 ]; then
  cmake --preset "$preset" >build/configure.log || { cat build/configure.log; exit 1; }
  # Generated headers must exist; the rest need not be compiled.
  cmake --build "build/$preset" -j "$jobs" --target generated_protos >build/generated.log ||
    { tail -30 build/generated.log; exit 1; }
  known=build/compiled-files
  python3 -c 'import json, os, sys
for entry in json.load(open(sys.argv[1])): print(os.path.relpath(entry["file"]))' \
    "build/$preset/compile_commands.json" | sort -u >"$known"
  rm -rf build/lint
  mkdir -p build/lint
  started=$(date +%s)
  export preset seconds started
  # Each file's complaints go to a file of its own, so that two at a time do not mix.
  # shellcheck disable=SC2016  # expanded by the inner shell
  # qpdf's JSON.hh has a vector of an incomplete type, which clang 14 does not take with this libstdc++ in C++20.
  printf '%s\n' "${files[@]}" | grep -Fxf "$known" | { grep -Fxv libs/documents/pdf_a.cc || true; } | xargs -P "$jobs" -I{} bash -c '
    out=build/lint/$(tr / + <<<"$1")
    if [ "$seconds" -gt 0 ] && [ $(($(date +%s) - started)) -ge "$seconds" ]; then echo "$1" >"$out.left"; exit 0; fi
    clang-tidy-14 --quiet -p "build/$preset" --extra-arg=-Wno-unknown-warning-option "$1" >"$out.out" 2>"$out.err" || echo "$1" >"$out.failed"
  ' _ {} || wrong "clang-tidy could not be run"
  if compgen -G 'build/lint/*.failed' >/dev/null; then
    cat build/lint/*.failed | while read -r file; do
      out=build/lint/$(tr / + <<<"$file")
      cat "$out.out"
      [ -s "$out.out" ] || cat "$out.err"
    done
    wrong "clang-tidy has complaints about $(cat build/lint/*.failed | wc -l) files"
  fi
  if compgen -G 'build/lint/*.left' >/dev/null; then
    step "not looked at within $seconds s: $(cat build/lint/*.left | xargs)"
  fi
fi

[ "$failed" = 0 ] || exit 1
step "clean"
