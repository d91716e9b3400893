#!/usr/bin/env bash
# Measures deploys from Git, and beside them Debian's r10k where that is installed: the same repositories, one after the
# other. Prints a line of JSON for each measurement and, with both, the ratios.
#
#   tests/bench-deploy.sh [--rounds N] [--no-peer] [--built DIR] [--repositories DIR]
#
# `--built` names a folder with the release binary `quartermaster`, which is built otherwise. `--repositories` names a
# folder as `make_control_repo.sh` of the reference material makes it (`git/control.git`, `git/mods/*.git`, `r10k.yaml`);
# it is copied. Else one is made by that script: 20 branches of 30 modules.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=3 peer=yes target='' repositories=''
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --no-peer) peer=no; shift ;;
    --built) target=$(readlink -f "$2"); shift 2 ;;
    --repositories) repositories=$(readlink -f "$2"); shift 2 ;;
    *) sed -n 2,9p "$0"; exit 2 ;;
  esac
done
command -v r10k >/dev/null || { [ $peer = no ] || echo 'r10k is not installed: ours alone' >&2; peer=no; }
if [ -z "$target" ]; then
  cargo build --release --locked --quiet --package server --bin quartermaster
  target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
fi
work=$(mktemp -d)
server=''
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

if [ -z "$repositories" ]; then
  ../shared/deploy/make_control_repo.sh "$work/lab" >&2
else
  mkdir "$work/lab"
  cp -r "$repositories/git" "$work/lab/git"
  sed "s#$repositories#$work/lab#g" "$repositories/r10k.yaml" >"$work/lab/r10k.yaml"
fi
sources=$work/lab/r10k.yaml
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com
module=mod02

change() { # change N: a commit on the branch main of the module
  rm -rf "$work/change"
  git clone -q -b main "$work/lab/git/mods/$module.git" "$work/change"
  echo "change $1" >"$work/change/files/f1.txt"
  git -C "$work/change" commit -qam "change $1"
  git -C "$work/change" push -q origin main
}

boot() {
  "$target/quartermaster" serve --data-dir "$work/data" --listen 127.0.0.1:0 --set "deploy.r10k=$sources" \
    >"$work/out" 2>"$work/log" </dev/null &
  server=$!
  for _ in $(seq 600); do
    if grep -q '^ready: ' "$work/out"; then return 0; fi
    sleep 0.05
  done
  cat "$work/log" >&2
  exit 1
}

ours() { "$target/quartermaster" code deploy "$@" --wait --data-dir "$work/data" >"$work/deploy.log" 2>&1 || { cat "$work/deploy.log" >&2; exit 1; }; }
theirs() { # keeps the largest memory of the process in $work/memory
  /usr/bin/time -a -o "$work/memory" -f %M r10k "$@" -c "$sources" >"$work/r10k.log" 2>&1 || { cat "$work/r10k.log" >&2; exit 1; }
}

# timed WHO STEP COMMAND...: a line of JSON with the time that it took.
timed() {
  local who=$1 step=$2 began
  shift 2
  began=$(date +%s%N)
  "$@"
  printf '{"server":"%s","step":"%s","ms":%d}\n' "$who" "$step" $((($(date +%s%N) - began) / 1000000)) | tee -a "$work/results"
}

same() { # same STEP: production of both, file by file
  [ $peer = yes ] || return 0
  rm -rf "$work/exported"
  "$target/quartermaster" code export production "$work/exported" --data-dir "$work/data" >/dev/null
  diff -r -x .git -x .r10k-deploy.json "$work/lab/envs/production" "$work/exported" >&2 || { echo "$1: not the same files" >&2; exit 1; }
}

both() { # both STEP OURS -- THEIRS
  local step=$1 mine=()
  shift
  while [ "$1" != -- ]; do mine+=("$1"); shift; done
  shift
  timed ours "$step" ours "${mine[@]}"
  [ $peer = no ] || timed r10k "$step" theirs "$@"
}

# The first start makes keys, which is no part of a deploy.
boot
both cold --all -- deploy environment -m
same cold
for round in $(seq "$rounds"); do
  both 'nothing changed' --all -- deploy environment -m
  change "$round"
  both 'one module changed, all deployed' --all -- deploy environment -m
  change "$round again"
  both 'one module changed, it deployed' --all --module "$module" -- deploy module "$module"
  same "round $round"
done
printf '{"server":"ours","step":"memory","mb":%d}\n' $(($(awk '/VmHWM/{print $2}' "/proc/$server/status") / 1024)) | tee -a "$work/results"
[ $peer = no ] || printf '{"server":"r10k","step":"memory","mb":%d}\n' $(($(sort -n "$work/memory" | tail -1) / 1024)) | tee -a "$work/results"

[ $peer = no ] || python3 - "$work/results" <<'PYTHON'
import collections, json, statistics, sys

taken = collections.defaultdict(lambda: collections.defaultdict(list))
for line in open(sys.argv[1]):
    entry = json.loads(line)
    taken[entry["step"]][entry["server"]].append(entry.get("ms", entry.get("mb")))
for step, by in taken.items():
    ours, theirs = (statistics.median(by[who]) for who in ("ours", "r10k"))
    print(json.dumps({"step": step, "ours": ours, "r10k": theirs, "ratio": round(theirs / max(ours, 1), 1)}))
PYTHON
