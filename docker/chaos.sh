#!/bin/sh
# Kills, pauses and cuts nodes of the compose fleet, mostly one at a time, for CHAOS_SECONDS, and mends all in the end.
# What is done is noted in /faults/faults, which the load tool reads for its marks. The same CHAOS_SEED does the same.
set -u
seconds=${CHAOS_SECONDS:-140}
seed=${CHAOS_SEED:-1}
faults=/faults/faults
self=$(hostname)
project=$(docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}' "$self") || exit 1
network=$(docker inspect -f '{{range $name, $n := .NetworkSettings.Networks}}{{$name}}{{end}}' "$self")

container() {
  docker ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"
}

note() {
  echo "$*" | tee -a "$faults"
}

harm() { # VERB NODE
  note "$1 $2"
  case $1 in
    kill) docker kill --signal KILL "$(container "$2")" ;;
    pause) docker pause "$(container "$2")" ;;
    cut) docker network disconnect "$network" "$(container "$2")" ;;
  esac >/dev/null
}

mend() { # VERB NODE
  case $1 in
    kill) docker start "$(container "$2")" ;;
    pause) docker unpause "$(container "$2")" ;;
    cut) docker network connect --alias "$2" "$network" "$(container "$2")" ;;
  esac >/dev/null
  note "end of $1 $2"
}

is_healthy() {
  [ "$(docker inspect -f '{{.State.Health.Status}}' "$(container "$1")")" = healthy ]
}

mend_all() {
  for node in n1 n2 n3 n4 n5; do
    docker unpause "$(container "$node")"
    docker start "$(container "$node")"
    docker network connect --alias "$node" "$network" "$(container "$node")"
  done >/dev/null 2>&1
  exit 0
}

trap mend_all TERM INT
: > "$faults"
chmod a+r "$faults"
sleep 15 & # The load tool loads its keys.
wait $!
begun=$(date +%s)
# One line a round: seconds to hold, then verb and node once or twice.
awk -v seed="$seed" 'BEGIN {
  srand(seed)
  split("kill pause cut", verbs)
  for (;;) {
    first = 1 + int(rand() * 5)
    second = 1 + (first + int(rand() * 4)) % 5
    line = 3 + int(rand() * 6) " " verbs[1 + int(rand() * 3)] " n" first
    if (rand() < 0.25) line = line " " verbs[1 + int(rand() * 3)] " n" second
    print line
  }
}' | while read -r hold verb node verb2 node2; do
  [ $(($(date +%s) - begun)) -lt "$seconds" ] || break
  harm "$verb" "$node"
  [ -z "$node2" ] || harm "$verb2" "$node2"
  sleep "$hold"
  mend "$verb" "$node"
  [ -z "$node2" ] || mend "$verb2" "$node2"
  for each in $node $node2; do
    until is_healthy "$each"; do sleep 1; done
  done
  sleep 3
done
note "all is mended"
sleep 86400 &
wait $!
