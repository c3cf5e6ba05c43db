#!/usr/bin/env bash
# The load tool beside wrk, in turn, against the bare server: is it fast enough to measure with?
# Needs wrk and a built project. Usage: ceiling.sh [rounds=3] [seconds=10]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
rounds=${1:-3} seconds=${2:-10}
keys=100000 here=bench/src/main/scripts url=http://127.0.0.1:9090
work=$(mktemp -d)
java -Xmx512m -jar bench/target/quorate-bench.jar ceiling --port 9090 > "$work/bare.out" &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q ready "$work/bare.out" && break; sleep 0.1; done

java -jar bench/target/quorate-bench.jar load -t $url --key-count $keys | tail -1
for round in $(seq "$rounds"); do
  for kind in PUT:put GET:read; do
    wrk=$(wrk -t1 -c64 -d"${seconds}s" --latency -s $here/keys.lua $url -- ${kind%:*} /v1/kv/bench/ $keys |
      awk '/RESULT/ { print $2 }')
    tool=$(java -jar bench/target/quorate-bench.jar run ${kind#*:}:1 -t $url --keys uniform --key-count $keys \
      --connections 64 --duration "${seconds}s" --no-ceiling | awk '/^(put|read) / { gsub(",", "", $2); print $2 }')
    echo "round $round ${kind%:*}: wrk $wrk/s, quorate-bench $tool/s, ratio $(echo "scale=2; $tool / $wrk" | bc)"
  done
done
