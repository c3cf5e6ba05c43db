#!/usr/bin/env bash
# Grows a cluster of three processes to six and shrinks it to three others under a verified load at r=w=2, one of them
# killed and replaced on the way. Tells what the clients saw, and what moved against the least that had to. For comparison
# the six, and the last three, are left at rest for a minute: that alone is slower than the first three are.
# Needs curl, python3 and a built project. Usage: elastic.sh [rate=100] [keys=5000] [seconds=720]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
rate=${1:-100} keys=${2:-5000} seconds=${3:-720}
work=$(mktemp -d)
declare -A pid
declare -a phases
load=
finish() { kill "${pid[@]}" $load 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

launch() { # node number, how it comes to its first state
  local i=$1
  shift
  nice -n "${nice:-0}" java -Xmx256m -Xmn24m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "${archive[@]}" -jar node/target/quorate.jar serve --name n$i --data "$work/n$i" \
    --http 127.0.0.1:809$i --peer 127.0.0.1:749$i "$@" >> "$work/n$i.out" 2>> "$work/n$i.log" &
  pid[$i]=$!
}
cluster() { for i in "${!pid[@]}"; do nice -n 19 curl -fs -m 2 localhost:809$i/v1/cluster && return; done; return 1; }
is_calm() { cluster | grep -q '"transition" *: *null'; }
until_calm() { for _ in $(seq 200); do is_calm && return; sleep 5; done; cluster; exit 1; } # To ask each second is felt.
scrape() { # into a directory: what each node has fetched from others
  mkdir -p "$work/$1"
  for i in "${!pid[@]}"; do nice -n 19 curl -fs -m 5 localhost:809$i/metrics > "$work/$1/n$i" || rm -f "$work/$1/n$i"; done
}
least() { # kind, body: keys that must be copied, by what the fullest source has of each partition
  local i
  for i in "${!pid[@]}"; do
    curl -fs -m 5 localhost:809$i/v1/node/partitions > "$work/held.$i" || rm -f "$work/held.$i"
  done
  for i in "${!pid[@]}"; do curl -fs -m 5 "localhost:809$i/v1/cluster/$1?plan=true" -d "$2" > "$work/plan" && break; done
  nice -n 19 python3 - "$work" <<'PY'
import glob, json, sys
held = {}
for name in glob.glob(sys.argv[1] + "/held.*"):
    of = json.load(open(name))
    held[of["node"]] = {each["partition"]: each["keys"] for each in of["partitions"]}
plan = json.load(open(sys.argv[1] + "/plan"))
print(sum(max((held[node].get(move["partition"], 0) for node in move["from"] if node in held), default=0) * len(move["to"])
          for move in plan["moving"]))
PY
}
change() { # what, kind, body, node to launch (or none)
  local needed i began=$SECONDS from
  needed=$(least "$2" "$3")
  rm -rf "$work/before" "$work/after"
  scrape before
  from=$(date +%s.%N)
  for i in "${!pid[@]}"; do curl -fs -m 10 localhost:809$i/v1/cluster/$2 -d "$3" > "$work/begun" && break; done
  if [ -n "${4:-}" ]; then # A process that starts would take the CPU of the others, which it has not on a machine of its own.
    nice=19 launch "$4" --join "$(printf '127.0.0.1:749%s,' 3 6)127.0.0.1:7491"
    until grep -q ready "$work/n$4.out"; do sleep 0.2; done
    renice -n 0 -p $(ls "/proc/${pid[$4]}/task") > "$work/reniced" 2>&1 || true # Each thread has its own; some end meanwhile.
  fi
  until_calm
  phases+=("$1|$from|$(date +%s.%N)")
  scrape after
  nice -n 19 python3 - "$work" "$1" "$needed" $((SECONDS - began)) "$(cluster)" <<'PY'
import glob, json, os, re, sys
work, what, needed, seconds, status = sys.argv[1:]
def read(name):
    sums = dict.fromkeys(("keys", "repaired_bytes", "bytes"), 0)
    for line in open(name) if os.path.exists(name) else []:
        found = re.match(r"quorate_anti_entropy_(keys|repaired_bytes|bytes)_total(\{[^}]*\})? (\S+)", line)
        if found and "sent" not in (found[2] or ""): sums[found[1]] += float(found[3])
    return sums
sums = dict.fromkeys(("keys", "repaired_bytes", "bytes"), 0)
for name in glob.glob(work + "/after/*"):
    after, before = read(name), read(name.replace("/after/", "/before/"))
    for each in sums: sums[each] += after[each] - before[each]
owned = [each["owned"] for each in json.loads(status)["members"] if each["owned"]]
print(f"{what}: {seconds} s, {sums['keys']:.0f} keys fetched of {needed} that had to move "
      f"({100 * sums['keys'] / max(1, int(needed)):.1f} %), {sums['repaired_bytes'] / 1e6:.1f} MB and "
      f"{100 * (sums['bytes'] / max(1, sums['repaired_bytes']) - 1):.1f} % more to compare; "
      f"{len(owned)} members own {min(owned)} to {max(owned)}")
PY
}
rest() { # what for a minute nothing is done to
  local from
  from=$(date +%s.%N)
  sleep 60
  phases+=("$1|$from|$(date +%s.%N)")
}
targets=$(printf 'http://127.0.0.1:809%s,' 1 2 3 4 5 6)http://127.0.0.1:8097
run() { # name, duration
  exec java -Xmx1g -jar bench/target/quorate-bench.jar run ycsb-a --verify -t "$targets" --r 2 --w 2 --rate "$rate" --key-count "$keys" --keys uniform --tries 3 \
    --duration "$2" --no-ceiling --out "$work/$1" > "$work/$1.txt" 2>&1; }

archive=(-XX:ArchiveClassesAtExit="$work/quorate.jsa" -Xlog:cds=error -Xlog:cds+dynamic=error) # As README's Operating says.
launch 1 --members n1=127.0.0.1:7491
until grep -q ready "$work/n1.out"; do sleep 0.1; done
java -jar bench/target/quorate-bench.jar run ycsb-a -t http://127.0.0.1:8091 --duration 3s --key-count 1000 --no-ceiling --out "$work/archive" > "$work/archive.txt" 2>&1
kill ${pid[1]}
wait ${pid[1]}
rm -r "$work/n1" "$work/n1.out"
archive=(-XX:SharedArchiveFile="$work/quorate.jsa")

members=n1=127.0.0.1:7491,n2=127.0.0.1:7492,n3=127.0.0.1:7493
for i in 1 2 3; do launch $i --members $members; done
for i in 1 2 3; do until grep -q ready "$work/n$i.out"; do sleep 0.1; done; done
(run warm 20s)
(run baseline 60s)
run changes "${seconds}s" & load=$!
until grep -q '^ycsb-a, seed' "$work/changes.txt"; do sleep 0.5; done # its keys are loaded
sleep 10

for i in 4 5 6; do change "join of n$i" join "{\"node\":\"n$i=127.0.0.1:749$i\"}" $i; done
rest "six at rest"
kill -9 ${pid[2]}
unset 'pid[2]'
sleep 5
change "n2 killed, replaced by n7" replace '{"dead":"n2","by":"n7=127.0.0.1:7497"}' 7
for i in 1 4 5; do
  change "leave of n$i" leave "{\"name\":\"n$i\"}"
  wait ${pid[$i]}
  unset "pid[$i]"
done
rest "the last three at rest"
kill -0 $load || { echo "the load ended before the changes did"; exit 1; }
verdict=0
wait $load || verdict=$?
load=
for name in baseline changes; do
  echo "$name:"
  grep -E '^(put|read) |^Failed|^Sent again|CONSIST|writes \(|^OK|SATUR|BOUND|LOST' "$work/$name.txt"
done
p99() { # run, from, to (seconds since 1970): of reads and of writes, ms
  local kind base of=()
  base=$(sed -n 's/^#\[StartTime: \([0-9.]*\).*/\1/p' "$work/$1.hdr")
  for kind in read put; do
    of+=("$(java -cp bench/target/libs/HdrHistogram-*.jar org.HdrHistogram.HistogramLogProcessor -i "$work/$1.hdr" -tag $kind.response \
      -start "$(python3 -c "print($2 - $base)")" -end "$(python3 -c "print($3 - $base)")" | awk '$2 >= 0.99 && $2 <= 1 && !told { print $1; told = 1 }')")
  done
  echo "read $(printf %.1f "${of[0]}") ms, put $(printf %.1f "${of[1]}") ms"
}
echo "p99, three at rest: $(p99 baseline 0 9999999999)"
for each in "${phases[@]}"; do
  IFS='|' read -r what from to <<< "$each"
  echo "p99, $what: $(p99 changes "$from" "$to")"
done
echo "p99, all of it, at rest too: $(p99 changes 0 9999999999)"
exit $verdict
