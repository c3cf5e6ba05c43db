#!/usr/bin/env bash
# Compares three Quorate processes with the bare Vert.x server, in one run on this machine.
# Needs wrk and a built project. Usage: ceiling.sh [rounds=3] [seconds=10] [fsync=always]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
rounds=${1:-3} seconds=${2:-10} fsync=${3:-always}
keys=100000 here=bench/src/main/scripts
work=$(mktemp -d)
pids=()
finish() { kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

await() { for _ in $(seq 300); do grep -q ready "$1" && return; sleep 0.1; done; cat "$1"; exit 1; }

java -Xmx512m -jar bench/target/quorate-bench.jar --port 9090 > "$work/bare.out" 2>&1 &
pids+=($!)
nodes=()
members=n1=127.0.0.1:7491,n2=127.0.0.1:7492,n3=127.0.0.1:7493
for i in 1 2 3; do
  java -Xmx256m ${JVM_OPTS:-} -jar node/target/quorate.jar serve --name n$i --data "$work/n$i" --members $members \
    --http 127.0.0.1:809$i --peer 127.0.0.1:749$i --fsync "$fsync" > "$work/n$i.out" 2> "$work/n$i.log" &
  pids+=($!) nodes+=($!)
done
await "$work/bare.out"; for i in 1 2 3; do await "$work/n$i.out"; done

# user + system CPU of the three nodes so far, in microseconds (clock ticks of 10 ms)
cpu() { local sum=0; for p in "${nodes[@]}"; do
  set -- $(cut -d')' -f2 /proc/$p/stat); sum=$((sum + ${12} + ${13})); done; echo $((sum * 10000)); }

load() { # name method url prefix
  local before after out rate
  before=$(cpu)
  out=$(wrk -t1 -c64 -d${seconds}s --latency -s $here/keys.lua "$3" -- "$2" "$4" $keys | grep RESULT)
  after=$(cpu)
  set -- "$1" $out
  rate=$3
  printf '%-14s %8.0f/s  p50 %6.2f ms  p99 %6.2f ms  errors %d' "$1" "$rate" "$4" "$5" "$6"
  [ "${1:0:4}" = bare ] && echo || printf '  cpu %5.1f us/request\n' "$(echo "($after - $before) / ($rate * $seconds)" | bc -l)"
}

wrk -t1 -c64 -d${FILL_SECONDS:-20}s -s $here/fill.lua http://127.0.0.1:8091 -- /v1/kv/bench/ $keys > /dev/null
wrk -t1 -c64 -d5s -s $here/fill.lua http://127.0.0.1:9090 -- /v1/kv/bench/ $keys > /dev/null
wrk -t1 -c64 -d10s -s $here/keys.lua http://127.0.0.1:8091 -- GET /v1/kv/bench/ $keys > /dev/null
for round in $(seq "$rounds"); do
  echo "round $round"
  load bare-put PUT http://127.0.0.1:9090 /v1/kv/bench/
  load quorate-put PUT http://127.0.0.1:8091 /v1/kv/bench/
  load bare-get GET http://127.0.0.1:9090 /v1/kv/bench/
  load quorate-get GET http://127.0.0.1:8091 /v1/kv/bench/
done
for i in 1 2 3; do grep -E 'WARN|ERROR' "$work/n$i.log" | head -5; done
