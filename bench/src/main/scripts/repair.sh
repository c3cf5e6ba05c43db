#!/usr/bin/env bash
# Measures anti-entropy on three Quorate processes on this machine, without hints.
# Needs wrk, curl, python3 and a built project. Usage: repair.sh [keys=1000000] [parts="missed quiet wiped flipped deleted"]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
keys=${1:-1000000} parts=${2:-missed quiet wiped flipped deleted}
here=bench/src/main/scripts
work=$(mktemp -d)
members=n1=127.0.0.1:7491,n2=127.0.0.1:7492,n3=127.0.0.1:7493
declare -A pid
finish() { kill "${pid[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

now() { date +%s%N; }
launch() { # node
  : > "$work/n$1.out"
  java -Xmx256m ${JVM_OPTS:--XX:+UseSerialGC} -jar node/target/quorate.jar serve --name n$1 --data "$work/n$1" \
    --members $members --http 127.0.0.1:809$1 --peer 127.0.0.1:749$1 --hints false >> "$work/n$1.out" 2>> "$work/n$1.log" &
  pid[$1]=$!
}
await() { until grep -q ready "$work/n$1.out"; do sleep 0.02; done; }
metric() { # node name: the sum of all series whose line begins so
  curl -s localhost:809$1/metrics | awk -v n="$2" 'index($0, n) == 1 { s += $NF } END { printf "%.0f\n", s }'; }
bytes() { local s=0; for i in 1 2 3; do s=$((s + $(metric $i quorate_anti_entropy_bytes_total))); done; echo $s; }
repair() { curl -s localhost:809$1/v1/cluster/repair; }
is_quiet() { repair $1 | python3 -c 'import json,sys; r=json.load(sys.stdin)
sys.exit(bool(r["refilling"] or any(p["differing"] or p["millisSinceEqual"] > 2500 for p in r["peers"])))'; }
settle() { for i in 1 2 3; do until is_quiet $i; do sleep 0.2; done; done; }
cpu() { set -- $(cut -d')' -f2 /proc/${pid[$1]}/stat); echo $((${12} + ${13})); }
each() { seq 0 $(($2 - 1)) | xargs -P8 -n100 python3 $here/each.py "$1" "$3" "$4"; } # method count url-prefix suffix
all_equal() { python3 $here/each.py EQUAL http://127.0.0.1:8093/v1/replicas/ "$1" $(seq 0 $(($2 - 1))); }
log_bytes() { for i in 1 2 3; do printf ' %s' $(du -cm "$work"/n$i/log*/log-* "$work"/n$i/log-* 2>/dev/null | tail -1 | cut -f1); done; }
p99() { # seconds: of 500 requests a second to n1 and n2
  python3 $here/each.py RATE http://127.0.0.1:8091/v1/kv/bench/key- "$1" 500 "$keys"; }

for i in 1 2 3; do launch $i; done
for i in 1 2 3; do await $i; done
while [ "$(metric 1 quorate_directory_keys)" -lt "$keys" ]; do
  wrk -t1 -c64 -d10s -s $here/fill.lua http://127.0.0.1:8091 -- /v1/kv/bench/ "$keys" > /dev/null
  [ "$(metric 1 quorate_directory_keys)" -ge "$keys" ] && break
  wrk -t1 -c64 -d$((keys / 12000 + 5))s -s $here/fill.lua http://127.0.0.1:8091 -- /v1/kv/bench/ "$keys" > /dev/null
done
settle
echo "$(metric 1 quorate_directory_keys) keys, log MB:$(log_bytes)"

for part in $parts; do case $part in
missed) for count in 1 100 10000; do
  kill -9 ${pid[3]}; wait ${pid[3]} 2>/dev/null || true
  each PUT $count http://127.0.0.1:8091/v1/kv/bench/key- "missed-$count"
  sleep 6
  before=$(( $(metric 1 quorate_anti_entropy_bytes_total) + $(metric 2 quorate_anti_entropy_bytes_total) ))
  launch 3; await 3; from=$(now)
  until [ "$(metric 3 quorate_anti_entropy_keys_total)" -ge $count ]; do sleep 0.05; done
  took=$(( ($(now) - from) / 1000000 ))
  all_equal bench/key- $count || echo "NOT EQUAL"
  settle
  own=$(metric 3 quorate_anti_entropy_bytes_total); others=$(( $(metric 1 quorate_anti_entropy_bytes_total) + $(metric 2 quorate_anti_entropy_bytes_total) - before ))
  echo "missed $count: all fetched $took ms after ready; bytes sent and received by n3 $own, by all three $((own + others)); n3 fetched $(metric 3 quorate_anti_entropy_keys_total) keys, $(metric 3 quorate_anti_entropy_repaired_bytes_total) bytes of states"
done ;;
quiet) settle; sleep 5
  b=$(bytes) k=$(for i in 1 2 3; do metric $i quorate_anti_entropy_keys_total; done | paste -sd+ | bc)
  c=$(cpu 1); sleep 30; d=$(cpu 1)
  e=$(bytes) l=$(for i in 1 2 3; do metric $i quorate_anti_entropy_keys_total; done | paste -sd+ | bc)
  echo "quiet for 30 s: $((l - k)) keys fetched, $(( (e - b) / 90 )) bytes/s sent and received per node, $(echo "scale=2; ($d - $c) / 30" | bc) % of a core for all of n1" ;;
wiped) base=$(p99 10)
  kill -9 ${pid[3]}; wait ${pid[3]} 2>/dev/null || true; rm -rf "$work/n3"
  launch 3; await 3; from=$(now)
  (until [ "$(repair 3 | grep -c '"refilling":\[\]')" = 1 ]; do sleep 0.2; done; now > "$work/whole") &
  during=$(p99 "$work/whole")
  took=$(( ($(cat "$work/whole") - from) / 1000000 ))
  settle
  got=$(metric 3 quorate_anti_entropy_repaired_bytes_total)
  echo "wiped: whole $took ms after ready, $(metric 3 quorate_directory_keys) keys, $(echo "scale=1; $got / 1000 / $took" | bc) MB/s; before: $base; meanwhile: $during" ;;
flipped)
  python3 $here/each.py FLIP "$work/n3" 200
  rounds=$(metric 3 quorate_scrub_rounds_total)
  until [ "$(metric 3 quorate_scrub_rounds_total)" -ge $((rounds + 2)) ]; do sleep 1; done
  sleep 3
  echo "flipped: $(metric 3 quorate_log_damaged_records_total) damaged, $(metric 3 quorate_heal_keys_total) mended; read at r=1 through n3: $(wrk -t1 -c16 -d$((keys / 12000 + 5))s -s $here/fill.lua http://127.0.0.1:8093 -- /v1/kv/bench/ "$keys" 0 GET '?r=1' | tail -1)" ;;
deleted)
  echo "log MB before the deletes:$(log_bytes)"
  kill -9 ${pid[3]}; wait ${pid[3]} 2>/dev/null || true
  each DELETE 100000 http://127.0.0.1:8091/v1/kv/bench/key- ""
  echo "tombstones waiting while n3 is down: $(metric 1 quorate_tombstones_waiting)"
  launch 3; await 3; from=$(now)
  settle
  until [ "$(for i in 1 2 3; do metric $i quorate_tombstones_waiting; done | paste -sd+ | bc)" = 0 ]; do sleep 0.5; done
  echo "reaped $(( ($(now) - from) / 1000000 )) ms after n3 is ready"
  until [ "$(for i in 1 2 3; do metric $i quorate_directory_keys; done | sort -n | tail -1)" -lt $((keys - 99000)) ]; do sleep 1; done
  sleep 5
  echo "purged $(( ($(now) - from) / 1000000 )) ms after; log MB:$(log_bytes); back again: $(seq 0 99999 | xargs -P2 -n5000 python3 $here/each.py GONE http://127.0.0.1:8093/v1/kv/bench/key- '?r=all' | paste -sd+ | bc)" ;;
esac; done
for i in 1 2 3; do grep -hE 'WARN|ERROR' "$work/n$i.log" | grep -v 'damaged at' | sort | uniq -c | head -5; done
