#!/usr/bin/env bash
# Measures the server under load, and beside it Debian's puppetserver where that is installed: the same site, the same
# driver, one after the other. Prints a line of JSON for each measurement and, with both, the ratios.
#
#   tests/bench.sh [--seconds N] [--no-peer] [--quick] [--built DIR]
#                  [--site DIR --nodes SMALL,LARGE --file MOUNT/PATH]
#
# `--built` names a folder with the release binaries `quartermaster` and `examples/drive`, which are built otherwise.
# Another site may be given: an environment, the two certnames to ask for, and a small file of it. Ours needs the
# modules stdlib, ntp and concat in /usr/share/puppet/modules (packages puppet-module-*).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=15 peer=yes levels=(1 2 8) warm=60 target='' site='' small=small01.lab.test large=large01.lab.test file=modules/bench/small.txt
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --no-peer) peer=no; shift ;;
    --quick) seconds=3 levels=(2) warm=10; shift ;;
    --built) target=$(readlink -f "$2"); shift 2 ;;
    --site) site=$(readlink -f "$2"); shift 2 ;;
    --nodes) small=${2%,*} large=${2#*,}; shift 2 ;;
    --file) file=$2; shift 2 ;;
    *) sed -n 2,11p "$0"; exit 2 ;;
  esac
done
[ -e /usr/share/puppetserver/puppetserver.jar ] || { [ $peer = no ] || echo 'puppetserver is not installed: ours alone' >&2; peer=no; }

if [ -z "$target" ]; then
  cargo build --release --locked --quiet --package server --bin quartermaster
  cargo build --release --locked --quiet --package acceptance --example drive
  target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
fi
work=$(mktemp -d)
ours='' theirs=''
finish() {
  [ -z "$ours" ] || kill "$ours" 2>/dev/null || true
  [ -z "$theirs" ] || tests/benches/peer.sh stop "$theirs" || true
  [ -z "$ours" ] || wait "$ours" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

cp -r "${site:-tests/benches/site}" "$work/site"
mkdir -p "$work/site/debmods"
for module in apache apt concat cron_core firewall inifile logrotate memcached mysql ntp postgresql rabbitmq rsync ssh \
  sshkeys_core stdlib sysctl systemd translate vcsrepo xinetd; do
  if [ -z "$site" ] && [ -d "/usr/share/puppet/modules/$module" ]; then
    ln -s "$(readlink -f "/usr/share/puppet/modules/$module")" "$work/site/debmods/$module"
  fi
done

# measure WHO PORT PID SSL CA ADMIN: everything on one server.
measure() {
  local who=$1 port=$2 pid=$3 ssl=$4 ca=$5 admin=$6 kind level node
  drive() { "$target/examples/drive" "$@" --port "$port" --pid "$pid" --ssl "$ssl" --ca "$ca" --admin "$admin" --file "$file"; }
  line() { drive "$@" --facts tests/benches/facts.json | sed "s/^{/{\"server\":\"$who\",/" | tee -a "$work/results"; }
  for node in "$small" "$large"; do drive enroll --name "$node"; done
  printf '{"server":"%s","kind":"rest","rss_mb":%d}\n' "$who" $(($(awk '/VmRSS/{print $2}' "/proc/$pid/status") / 1024)) |
    tee -a "$work/results"
  for kind in catalog metadatas content node report facts; do
    drive "$kind" --name "$small" --max "$warm" --seconds 60 --connections 2 --facts tests/benches/facts.json >/dev/null
    for level in "${levels[@]}"; do
      line "$kind" --name "$small" --seconds "$seconds" --connections "$level"
    done
  done
  drive catalog --name "$large" --max $((warm / 2)) --seconds 90 --connections 2 --facts tests/benches/facts.json >/dev/null
  for level in "${levels[@]}"; do
    line catalog --name "$large" --seconds "$seconds" --connections "$level"
  done
  for level in "${levels[@]}"; do
    line csr --name "$small" --seconds "$seconds" --connections "$level"
  done
  # Memory after ten thousand requests, where the server gets through so many in the time.
  line content --name "$small" --max 10000 --seconds $((seconds * 4)) --connections 8
}

started=$(date +%s%N)
mkdir -p "$work/ours/code/environments"
cp -r "$work/site" "$work/ours/code/environments/production"
"$target/quartermaster" serve --data-dir "$work/ours/data" --code-dir "$work/ours/code" --listen 127.0.0.1:0 \
  --certname puppet.lab.test --dns-alt-names localhost >"$work/ours/out" 2>"$work/ours/log" </dev/null &
ours=$!
for _ in $(seq 1 600); do grep -q '^ready: ' "$work/ours/out" && break; sleep 0.02; done
printf '{"server":"quartermaster","kind":"start","seconds":%d.%03d}\n' $((($(date +%s%N) - started) / 1000000000)) \
  $((($(date +%s%N) - started) / 1000000 % 1000)) | tee -a "$work/results"
port=$(sed -n 's/^ready: .*:\([0-9]*\).*/\1/p' "$work/ours/out")
mkdir -p "$work/ours/ssl"/{certs,private_keys}
cp "$work/ours/data/tls/puppet.lab.test.crt.pem" "$work/ours/ssl/certs/puppet.lab.test.pem"
cp "$work/ours/data/tls/puppet.lab.test.key.pem" "$work/ours/ssl/private_keys/puppet.lab.test.pem"
measure quartermaster "$port" "$ours" "$work/ours/ssl" "$work/ours/data/ca/ca_crt.pem" puppet.lab.test
kill "$ours"; wait "$ours" || true; ours=''

if [ "$peer" = yes ]; then
  theirs=$work/theirs
  # A port that was free a moment ago.
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  started=$(date +%s)
  tests/benches/peer.sh start "$theirs" "$work/site" "$port"
  printf '{"server":"puppetserver","kind":"start","seconds":%d}\n' $(($(date +%s) - started)) | tee -a "$work/results"
  measure puppetserver "$port" "$(cat "$theirs/pid")" "$theirs/ssl" "$theirs/ssl/certs/ca.pem" puppet.lab.test
  tests/benches/peer.sh stop "$theirs"; theirs=''
  python3 - "$work/results" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
key = lambda r: (r["kind"], r.get("name"), r.get("connections"))
theirs = {key(r): r for r in rows if r["server"] == "puppetserver" and "per_s" in r}
print("%-10s %-18s %3s %12s %12s %10s %10s" % ("kind", "node", "c", "per s", "peer per s", "times", "cpu ratio"))
for r in rows:
    p = theirs.get(key(r))
    if r["server"] != "quartermaster" or not p or not r["n"] or not p["n"]:
        continue
    cpu = p["cpu_ms_each"] / r["cpu_ms_each"] if r["cpu_ms_each"] else float("inf")
    print("%-10s %-18s %3d %12.1f %12.1f %10.1f %10.1f" % (r["kind"], r["name"], r["connections"], r["per_s"], p["per_s"], r["per_s"] / p["per_s"], cpu))
END
fi
