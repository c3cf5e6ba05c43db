#!/usr/bin/env bash
# Five nodes in network namespaces of their own; two are cut off from three for a while; then how long until all are one again.
# Needs root, iproute2 and the built jar. Usage: cut.sh [SECONDS=30]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
seconds=${1:-30}
root=$(mktemp -d)
pids=()

cleanup() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2> /dev/null || true; done
  wait 2> /dev/null || true
  for i in 1 2 3 4 5; do ip netns del "quorate$i" 2> /dev/null || true; done
  ip netns del quorate-switch 2> /dev/null || true
  rm -rf "$root"
}
trap cleanup EXIT

switch() { ip -n quorate-switch "$@"; }
ip netns add quorate-switch
for side in left right; do
  switch link add "$side" type bridge
  switch link set "$side" up
done
switch link add bridge-left type veth peer name bridge-right
switch link set bridge-left master left up
switch link set bridge-right master right up

members=
for i in 1 2 3 4 5; do
  ip netns add "quorate$i"
  side=left; [ "$i" -gt 2 ] && side=right
  switch link add "port$i" type veth peer name eth0 netns "quorate$i"
  switch link set "port$i" master "$side" up
  ip -n "quorate$i" address add "10.79.0.$i/24" dev eth0
  ip -n "quorate$i" link set eth0 up
  ip -n "quorate$i" link set lo up
  members=$members${members:+,}n$i=10.79.0.$i:7480
done
for i in 1 2 3 4 5; do
  ip netns exec "quorate$i" java -Xmx256m -jar node/target/quorate.jar serve --name "n$i" --data "$root/n$i" \
    --http "10.79.0.$i:8080" --peer "10.79.0.$i:7480" --members "$members" > "$root/n$i.out" 2> "$root/n$i.log" &
  pids+=($!)
  disown
done

# How many members each node believes to live, such as "5 5 5 5 5".
alive() {
  for i in 1 2 3 4 5; do
    ip netns exec "quorate$i" curl -s -m 1 "http://10.79.0.$i:8080/v1/cluster" | grep -o '"state":"alive"' | wc -l
  done | tr '\n' ' '
}
await() {
  for _ in $(seq 600); do
    [ "$(alive)" = "$1 " ] && return
    sleep 0.05
  done
  echo "not so: $(alive)" >&2
  exit 1
}

await "5 5 5 5 5"
switch link set bridge-left down
cut=$(date +%s%N)
await "2 2 3 3 3"
echo "each side by itself $(( ($(date +%s%N) - cut) / 1000000 )) ms after the cut"
sleep "$(( seconds - ($(date +%s%N) - cut) / 1000000000 ))"
switch link set bridge-left up
healed=$(date +%s%N)
await "5 5 5 5 5"
echo "one cluster again $(( ($(date +%s%N) - healed) / 1000000 )) ms after a cut of $seconds s"
