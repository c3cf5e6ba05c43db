#!/usr/bin/env bash
# Makes README's performance section: the bare server, three etcd and three Quorate processes, one after the other on
# this machine, the same work for each. Needs a built project, python3, curl, and etcd (Debian: etcd-server).
# Usage: performance.sh [seconds of each run=15] [rounds=3]     about 12 minutes
set -euo pipefail
cd "$(dirname "$0")/../../../.."
seconds=${1:-15} rounds=${2:-3} here=bench/src/main/scripts
keys=100000 rate=2000
work=$(mktemp -d)
pids=()
end() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; pids=(); }
trap 'end; rm -rf "$work"' EXIT
bench() { java -Xmx1g -jar bench/target/quorate-bench.jar "$@"; }
await() { for _ in $(seq 300); do grep -q "$2" "$1" && return; sleep 0.1; done; tail -5 "$1"; exit 1; }

# user + system CPU of the store's processes so far, in microseconds (clock ticks of 10 ms)
cpu() { local sum=0; for pid in "${pids[@]}"; do
  set -- $(cut -d')' -f2 /proc/$pid/stat); sum=$((sum + ${12} + ${13})); done; echo $((sum * 10000)); }

measure() { # name, then what tells the tool whom to load
  local name=$1 round kind before
  shift
  bench load "$@" --key-count $keys | tail -1
  bench run put:1 "$@" --keys uniform --key-count $keys --duration 30s --no-ceiling | grep -E '^put |^OK|BOUND'
  bench run read:1 "$@" --keys uniform --key-count $keys --duration 10s --no-ceiling | grep -E '^read |^OK|BOUND'
  for round in $(seq "$rounds"); do
    for kind in put read; do
      before=$(cpu)
      bench run $kind:1 "$@" --keys uniform --key-count $keys --duration "${seconds}s" --warmup 0s --no-ceiling \
        --out "$work/$name-$kind-$round" | grep -E "^$kind |^OK|BOUND"
      echo $(($(cpu) - before)) > "$work/$name-$kind-$round.cpu"
    done
    bench run ycsb-a "$@" --rate $rate --key-count $keys --duration "${seconds}s" --warmup 2s --no-ceiling \
      --out "$work/$name-at-$round" | grep -E '^(put|read) |^OK|BOUND|SATUR'
  done
}

echo "bare server"
java -Xmx512m -jar bench/target/quorate-bench.jar ceiling --port 9090 > "$work/bare.out" 2>&1 &
pids+=($!)
await "$work/bare.out" ready
measure bare -t http://127.0.0.1:9090
end

echo "etcd"
peers=e1=http://127.0.0.1:2391,e2=http://127.0.0.1:2392,e3=http://127.0.0.1:2393
for i in 1 2 3; do
  etcd --name e$i --data-dir "$work/e$i" --initial-cluster $peers --initial-cluster-state new --logger zap \
    --listen-peer-urls http://127.0.0.1:239$i --initial-advertise-peer-urls http://127.0.0.1:239$i \
    --listen-client-urls http://127.0.0.1:238$i --advertise-client-urls http://127.0.0.1:238$i > "$work/e$i.out" 2>&1 &
  pids+=($!)
done
for i in 1 2 3; do
  for _ in $(seq 300); do curl -fs http://127.0.0.1:238$i/health > "$work/e$i.health" && break; sleep 0.1; done
  await "$work/e$i.health" true
done
measure etcd --api etcd -t http://127.0.0.1:2381,http://127.0.0.1:2382,http://127.0.0.1:2383
end

echo "quorate"
members=n1=127.0.0.1:7491,n2=127.0.0.1:7492,n3=127.0.0.1:7493
for i in 1 2 3; do
  java -Xmx256m -XX:+UseSerialGC -jar node/target/quorate.jar serve --name n$i --data "$work/n$i" --members $members \
    --http 127.0.0.1:809$i --peer 127.0.0.1:749$i > "$work/n$i.out" 2> "$work/n$i.log" &
  pids+=($!)
done
for i in 1 2 3; do await "$work/n$i.out" ready; done
measure quorate -t http://127.0.0.1:8091,http://127.0.0.1:8092,http://127.0.0.1:8093
end

python3 $here/performance.py "$work" "$rounds" "$seconds" "$rate" README.md
