# To be sourced from the project's directory: five nodes in network namespaces of their own, n1 and n2 on the left of a
# cable and n3, n4 and n5 on the right of it. Needs root, iproute2, curl and the built jar.
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

cut() { switch link set bridge-left down; }
mend() { switch link set bridge-left up; }
at() { # node path [curl's options]
  local i=$1 path=$2
  shift 2
  ip netns exec "quorate$i" curl -s -m 20 "$@" "http://10.79.0.$i:8080$path"
}

await "5 5 5 5 5"
