#!/usr/bin/env bash
# Measures the server as a Chef server, and beside it Debian's goiardi where that is installed, in one run: with its
# data in memory (frozen to files now and then) and with PostgreSQL where that is installed too. Prints a line of JSON
# for each measurement and, in the end, one table.
#
#   tests/bench-chef.sh [--nodes "1000 5000 20000"] [--peer-nodes N] [--count N] [--own BYTES] [--no-peer] [--quick]
#                       [--built DIR] [--out FILE]
#
# A search of goiardi takes most of a minute with a thousand nodes: it gets `--peer-nodes` (default 1000), and the common
# forms of search once. `--own` says how many bytes of a node no other node has, besides what differs anyway. `--built` names a folder with the
# release binaries `quartermaster` and `examples/drive_chef`, which are built otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes='1000 5000 20000' peer_nodes=1000 count=200 own=8000 peer=yes target='' out=''
while [ $# -gt 0 ]; do
  case $1 in
    --nodes) sizes=$2; shift 2 ;;
    --peer-nodes) peer_nodes=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    --own) own=$2; shift 2 ;;
    --no-peer) peer=no; shift ;;
    --quick) sizes=200 peer_nodes=200 count=20; shift ;;
    --built) target=$(readlink -f "$2"); shift 2 ;;
    --out) out=$(readlink -f "$2"); shift 2 ;;
    *) sed -n 2,12p "$0"; exit 2 ;;
  esac
done
command -v goiardi >/dev/null || { [ $peer = no ] || echo 'goiardi is not installed: ours alone' >&2; peer=no; }
postgres=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
schema=/usr/share/goiardi/sql-files/sql-files/goiardi-schema-postgres.sql

if [ -z "$target" ]; then
  cargo build --release --locked --quiet --package server --bin quartermaster
  cargo build --release --locked --quiet --package acceptance --example drive_chef
  target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
fi
work=$(mktemp -d)
chmod 755 "$work"
results=${out:-$work/results}
: >"$results"
running=()
stop() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${running[@]}"; do
    for _ in $(seq 1 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  running=()
}
trap 'stop; rm -rf "$work"' EXIT
# A port that was free a moment ago.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The server that is measured: set by the functions that start one.
who='' port='' root='' user='' key='' pids=''
drive() {
  "$target/examples/drive_chef" "$@" --port "$port" --root "$root" --user "$user" --key "$key" --pids "$pids" --own "$own"
}
# Measures, under the driver's name for it or one of our own in `as`.
line() {
  drive "$@" | sed -u "s/^{/{\"server\":\"$who\",/${as:+; s/\"name\":\"[^\"]*\"/\"name\":\"$as\"/}" | tee -a "$results"
}
milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }
# say NAME NODES VALUES: a line of our own.
say() { printf '{"server":"%s","name":"%s","nodes":%s,%s}\n' "$who" "$1" "$2" "$3" | tee -a "$results"; }

ours() {
  local began; began=$(date +%s%N)
  "$target/quartermaster" serve --data-dir "$work/ours" --code-dir "$work/code" --listen 127.0.0.1:0 \
    --set chef_listen=http://127.0.0.1:"$port" >"$work/out" 2>"$work/log" </dev/null &
  running=($!) pids=$!
  for _ in $(seq 1 3000); do grep -q '^ready for chef: ' "$work/out" && break; sleep 0.002; done
  took=$(milliseconds "$began")
  root=/organizations/default user=pivotal key=$work/ours/chef/pivotal.pem
}

# theirs FOLDER OPTION...
theirs() {
  local folder=$1 began; shift
  mkdir -p "$folder/files"
  began=$(date +%s%N)
  goiardi --ipaddress 127.0.0.1 --port "$port" --hostname 127.0.0.1 --use-auth --conf-root "$folder" \
    --local-filestore-dir "$folder/files" --log-level error --log-file "$folder/log" "$@" >"$folder/out" 2>&1 </dev/null &
  running+=($!) pids=$(IFS=,; echo "${running[*]}")
  root='' user=admin key=$folder/admin.pem
  for _ in $(seq 1 600); do [ -s "$key" ] && break; sleep 0.05; done
  drive wait --seconds 120
  took=$(milliseconds "$began")
}

# cheap NODES: everything but searches, on a server that has the nodes.
cheap() {
  line read --nodes "$1" --count "$count"
  line same --nodes "$1" --count "$count"
  line save --nodes "$1" --count "$count"
}

# Searches of the peer: one of each common form.
few() {
  local form
  for form in 'exact, one in five' prefix suffix 'range, half' 'partial, one in twenty'; do
    line search --nodes "$peer_nodes" --count 1 --once --only "$form"
  done
}

cookbooks() {
  line books
  line solve --count "$1"
  line upload --files 50 --count "$2"
  line upload --files 50 --count "$2" --connections 8
  line upload --files 200 --count "$2"
}

who=ours had=0
port=$(free_port)
ours
say 'first start' 0 "\"start_ms\":$took"
for nodes in $sizes; do
  line seed --first "$had" --nodes "$nodes"
  had=$nodes
  cheap "$nodes"
  line search --nodes "$nodes" --count 30 --seconds 4
  stop
  ours
  say start "$nodes" "\"start_ms\":$took"
  # The first one reads into memory what searches go by.
  as='first search after a start' line search --nodes "$nodes" --only 'exact, one in' --count 1 --once
done
cookbooks 200 10
stop

if [ "$peer" = yes ]; then
  who='goiardi, memory' port=$(free_port)
  theirs "$work/memory" --data-file "$work/memory/data" --index-file "$work/memory/index" --freeze-interval 600
  line seed --nodes "$peer_nodes"
  cheap "$peer_nodes"
  cookbooks 40 5
  few
  stop
  theirs "$work/memory" --data-file "$work/memory/data" --index-file "$work/memory/index" --freeze-interval 600
  say start "$peer_nodes" "\"start_ms\":$took"
  stop
  if [ -n "$postgres" ] && [ -e "$schema" ]; then
    # Its index in memory, as it is unless one asks: with `--pg-search` it opens a connection of the database for each
    # save that it indexes, until there are no more.
    who='goiardi, PostgreSQL'
    install -d -o postgres "$work/database"
    as() { (cd /; runuser -u postgres -- "$@"); }
    as "$postgres/initdb" -D "$work/database/data" -A trust >/dev/null
    (cd /; exec runuser -u postgres -- "$postgres/postgres" -D "$work/database/data" -k "$work/database" \
      -c listen_addresses='') >"$work/database.log" 2>&1 </dev/null &
    running=($!)
    for _ in $(seq 1 300); do as "$postgres/psql" -h "$work/database" -c 'SELECT 1' postgres >/dev/null 2>&1 && break; sleep 0.1; done
    as "$postgres/createuser" -h "$work/database" -s goiardi
    as "$postgres/createdb" -h "$work/database" -O goiardi goiardi
    as "$postgres/psql" -h "$work/database" -q -U goiardi goiardi <"$schema" >/dev/null
    port=$(free_port)
    theirs "$work/sql" --use-postgresql --postgresql-host "$work/database" --postgresql-username goiardi \
      --postgresql-dbname goiardi --postgresql-ssl-mode disable --db-pool-size 10 --index-file "$work/sql/index"
    line seed --nodes "$peer_nodes"
    cheap "$peer_nodes"
    cookbooks 40 5
    few
    stop
  fi
fi

python3 - "$results" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
servers = list(dict.fromkeys(row["server"] for row in rows))
plain = lambda row: (row["name"] + (", %d connections" % row["connections"] if row.get("connections", 1) > 1 else ""))
names = list(dict.fromkeys((plain(row), row["nodes"]) for row in rows))
last = {(row["server"], plain(row), row["nodes"]): row for row in rows}
def shown(row):
    if not row: return ""
    if "start_ms" in row: return "%d ms" % row["start_ms"]
    if not row["n"]: return "failed"
    wrong = [code for code in row["codes"] if int(code) >= 300]
    return "%.2f cpu, %.1f ms, %d MB%s%s" % (row["cpu_ms_each"], row["p50_ms"], row["rss_mb"],
        ", finds %d" % row["finds"] if "finds" in row else "", ", answers " + ",".join(wrong) if wrong else "")
print("%-42s %6s" % ("processor time and median of a request", "nodes") + "".join(" | %-38s" % server for server in servers) + " | times less processor time")
for name, nodes in names:
    cells = [last.get((server, name, nodes)) for server in servers]
    ours = cells[0]
    # CPU times come in steps of 10 ms: of few short requests they tell nothing.
    ratio = lambda row: "%.1f" % (row["cpu_ms_each"] / ours["cpu_ms_each"]) if row and ours and ours.get("cpu_ms_each") and row.get("cpu_ms_each") else "-"
    print("%-42s %6d" % (name, nodes) + "".join(" | %-38s" % shown(cell) for cell in cells) + " | " + " ".join(map(ratio, cells[1:])))
END
