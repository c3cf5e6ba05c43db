#!/usr/bin/env bash
# Proves the containers: builds the real Dockerfile, starts the real compose file, and checks what the README says of them.
#
#   docker/test.sh [--quick] [--artifacts DIRECTORY]
#
# Needs root where it has to install or start a Docker engine; the images that it cannot pull it makes from Debian's packages,
# under the names that the Dockerfile and compose file expect, and removes them afterwards. Takes about ten minutes;
# with --quick, which restarts two nodes and leaves out the chaos, about four.
# Exit code: 0 all is well, 1 something is not, 77 no engine can be had here.
set -euo pipefail
cd "$(dirname "$0")"

export CHAOS_SECONDS=140 BENCH_SECONDS=180
QUICK=
ARTIFACTS=
while [ $# -gt 0 ]; do
  case $1 in
    --quick) QUICK=yes ;;
    --artifacts) ARTIFACTS=$(realpath -m "$2") && shift ;;
    *) echo "unknown option $1; allowed are --quick and --artifacts DIRECTORY" >&2 && exit 1 ;;
  esac
  shift
done
PROJECT=quorate-test
NODES="n1 n2 n3 n4 n5"
TARGETS=http://n1:8080,http://n2:8080,http://n3:8080,http://n4:8080,http://n5:8080
WORK=$(mktemp -d)
ARTIFACTS=${ARTIFACTS:-$WORK/artifacts}
mkdir -p "$ARTIFACTS"
ENGINE=
STAND_INS=()

say() { printf '\n== %s (%s s)\n' "$*" $SECONDS; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
no_engine() {
  printf '\n%s\n' '######################################################################' \
    "## NO CONTAINER ENGINE: $*" '## Nothing of docker/ was proven in this run.' \
    '######################################################################' >&2
  exit 77
}

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose -p "$PROJECT" "$@"
  else
    docker-compose -p "$PROJECT" "$@"
  fi
}

cleanup() {
  local status=$?
  trap - EXIT
  if docker info >/dev/null 2>&1; then
    [ $status = 0 ] || compose logs --tail 30 n1 n2 n3 n4 n5 2>/dev/null || true
    docker rm -f "$PROJECT-load" >/dev/null 2>&1 || true
    compose --profile observe --profile bench --profile chaos down -v >/dev/null 2>&1 || true
    for image in "${STAND_INS[@]}"; do
      docker rmi -f "$image" >/dev/null 2>&1 || true
    done
  fi
  if [ -n "$ENGINE" ]; then
    { kill "$ENGINE" && wait "$ENGINE"; } 2>/dev/null || true
  fi
  case $ARTIFACTS in "$WORK"/*) ;; *) echo "artifacts: $ARTIFACTS" ;; esac
  rm -rf "$WORK"
  exit $status
}
trap cleanup EXIT

installed() { # COMMAND PACKAGE…
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; } >"$WORK/apt.log" 2>&1 || return 1
  command -v "$command" >/dev/null
}

start_engine() {
  if docker info >/dev/null 2>&1; then
    return
  fi
  [ "$(id -u)" = 0 ] || no_engine "none runs, and only root can start one"
  installed dockerd docker.io || no_engine "docker.io cannot be installed"
  dockerd >"$WORK/dockerd.log" 2>&1 &
  ENGINE=$!
  for _ in $(seq 60); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$ENGINE" 2>/dev/null || break
    sleep 0.5
  done
  no_engine "dockerd does not start: $(tail -1 "$WORK/dockerd.log")"
}

has_image() {
  docker image inspect "$1" >/dev/null 2>&1 || timeout 120 docker pull -q "$1" >/dev/null 2>&1
}

# From here on: stand-ins for images that cannot be pulled.

debian_root() {
  [ -d "$WORK/debian" ] && return
  installed debootstrap debootstrap || fail "debootstrap cannot be installed"
  debootstrap --variant=minbase --include=binutils bookworm "$WORK/debian" >"$WORK/debootstrap.log" 2>&1 ||
    fail "debootstrap: $(tail -1 "$WORK/debootstrap.log")"
  rm -rf "$WORK"/debian/usr/share/{doc,man,locale}/* "$WORK"/debian/var/{cache/apt,lib/apt/lists}/*
}

make_build_image() { # NAME
  debian_root
  local jdk release
  for release in /usr/lib/jvm/*/release; do
    grep -q '^JAVA_VERSION="25' "$release" && jdk=$(dirname "$release")
  done
  [ -n "${jdk:-}" ] || no_engine "one runs, but $1 cannot be pulled, and there is no JDK 25 to make it of"
  mkdir -p "$WORK/debian/opt/java" "$WORK/debian/usr/share"
  cp -rL "$jdk" "$WORK/debian/opt/java/openjdk"
  cp -rL /usr/share/maven "$WORK/debian/usr/share/maven"
  tar -C "$WORK/debian" -c . | docker import \
    --change 'ENV JAVA_HOME=/opt/java/openjdk' \
    --change 'ENV PATH=/opt/java/openjdk/bin:/usr/share/maven/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$1" >/dev/null
  rm -rf "$WORK/debian/opt/java" "$WORK/debian/usr/share/maven"
}

make_base_image() { # NAME
  local root=$WORK/base package
  mkdir -p "$root"/{busybox,etc,tmp,proc,sys,dev,home/nonroot} "$WORK/packages"
  for package in base-files libc6 libssl3 netbase tzdata ca-certificates busybox-static; do
    (cd "$WORK/packages" && apt-get download -q "$package" >/dev/null 2>&1) || fail "package $package cannot be had"
  done
  for package in "$WORK"/packages/*.deb; do
    dpkg-deb -x "$package" "$root"
  done
  mv "$root/bin/busybox" "$root/busybox/"
  "$root/busybox/busybox" --list | grep -vx busybox | while read -r applet; do
    ln -s busybox "$root/busybox/$applet"
  done
  rm -rf "$root"/usr/share/{doc,man,locale,lintian}
  echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
  echo 'nonroot:x:65532:' >"$root/etc/group"
  chmod 1777 "$root/tmp"
  tar -C "$root" -c . | docker import --change 'USER 65532' \
    --change 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin:/busybox' - "$1" >/dev/null
}

make_prometheus_image() { # NAME BASE
  installed prometheus prometheus || fail "prometheus cannot be installed"
  mkdir -p "$WORK/prometheus/data"
  cp "$(command -v prometheus)" "$WORK/prometheus/"
  printf '%s\n' "FROM $2" 'COPY prometheus /bin/' 'COPY --chown=65532:65532 data /prometheus' 'ENTRYPOINT ["/bin/prometheus"]' \
    'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]' >"$WORK/prometheus/Dockerfile"
  docker build -q -t "$1" "$WORK/prometheus" >/dev/null 2>&1
}

make_cli_image() { # NAME
  debian_root
  mkdir -p "$WORK/cli"
  tar -C "$WORK/debian" -c . | docker import - quorate-test-debian >/dev/null
  cp "$(command -v docker)" "$WORK/cli/docker"
  printf '%s\n' 'FROM quorate-test-debian' 'COPY docker /usr/local/bin/' >"$WORK/cli/Dockerfile"
  docker build -q -t "$1" "$WORK/cli" >/dev/null 2>&1
}

stand_in() { # NAME FUNCTION [ARGUMENT…]
  local name=$1 make=$2
  shift 2
  has_image "$name" && return
  echo "stand-in for $name"
  STAND_INS+=("$name")
  "$make" "$name" "$@"
}

base_images() {
  local build base prometheus cli
  build=$(sed -n 's/^ARG BUILD_IMAGE=//p' Dockerfile)
  base=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)
  prometheus=$(sed -n 's/^ *image: \(prom.*\)/\1/p' compose.yaml)
  cli=$(sed -n 's/^ *image: \(docker:.*\)/\1/p' compose.yaml)
  stand_in "$build" make_build_image
  stand_in "$base" make_base_image
  stand_in "$prometheus" make_prometheus_image "$base"
  [ -n "$QUICK" ] || stand_in "$cli" make_cli_image
}

build() {
  compose --profile bench build n1 bench >"$WORK/build.log" 2>&1 || { tail -40 "$WORK/build.log"; fail "build"; }
}

container() { compose ps -aq "$1" 2>/dev/null || compose ps -q "$1"; }
health() { docker inspect -f '{{.State.Health.Status}}' "$(container "$1")"; }
millis() { echo $(($(date +%s%N) / 1000000)); }

# Times are bars of a whole run only: with --quick, in CI, other work may share the machine.
within() { # LIMIT TAKEN, milliseconds
  [ -n "$QUICK" ] || [ "$2" -lt "$1" ] || fail "$2 ms > $1 ms"
}

await_healthy() { # NODE…
  local deadline=$(($(date +%s) + 60)) node
  for node in "$@"; do
    until [ "$(health "$node")" = healthy ]; do
      [ "$(date +%s)" -lt $deadline ] || fail "$node is $(health "$node")"
      sleep 0.2
    done
  done
}

check_fleet() {
  local began status
  began=$(millis)
  # shellcheck disable=SC2086
  compose up -d $NODES >"$WORK/up.log" 2>&1 || { cat "$WORK/up.log"; fail "compose up"; }
  # shellcheck disable=SC2086
  await_healthy $NODES
  echo "five containers healthy after $(($(millis) - began)) ms"
  within 20000 $(($(millis) - began))
  status=$(curl -s -o /dev/null -w '%{http_code}' -X PUT localhost:8080/v1/kv/carts/anna -d milk)
  [ "$status" = 204 ] || fail "PUT through n1: $status"
  [ "$(curl -s localhost:8081/v1/kv/carts/anna)" = milk ] || fail "GET through n2"
  echo "PUT through n1: 204, GET through n2: milk"
  docker image inspect -f 'image size: {{.Size}} bytes, user {{.Config.User}}' quorate
  [ "$(docker exec "$(container n1)" /busybox/id -u)" != 0 ] || fail "runs as root"
  ! docker exec "$(container n1)" /busybox/touch /written 2>/dev/null || fail "the root file system can be written"
  docker exec "$(container n1)" /busybox/touch /data/written && docker exec "$(container n1)" /busybox/rm /data/written
  echo "not root; root file system read-only, /data not"
}

load() { # OPTION…
  docker run -d --name "$PROJECT-load" --network "${PROJECT}_fleet" --read-only quorate-bench run ycsb-a \
    --targets $TARGETS --key-count 5000 --verify --no-ceiling --out /report/load "$@" >/dev/null
  local deadline=$(($(date +%s) + 60))
  until [[ $(docker logs "$PROJECT-load" 2>&1) == *"seed "* ]]; do
    [ "$(date +%s)" -lt $deadline ] || fail "the load does not start: $(docker logs "$PROJECT-load" 2>&1 | tail -3)"
    sleep 0.5
  done
  sleep 5
}

# Every node in turn (two with --quick), under a load whose client uses other connections where one is refused.
check_rolling_restart() {
  local node began code verdict nodes=$NODES seconds=90
  [ -z "$QUICK" ] || nodes="n1 n4" seconds=45
  load --rate 300 --duration ${seconds}s
  for node in $nodes; do
    began=$(millis)
    docker stop -t 30 "$(container "$node")" >/dev/null
    code=$(docker inspect -f '{{.State.ExitCode}}' "$(container "$node")")
    printf '%s drained in %s ms, exit code %s; ' "$node" $(($(millis) - began)) "$code"
    [ "$code" = 0 ] || fail "$node"
    within 10000 $(($(millis) - began))
    compose start "$node" >/dev/null 2>&1
    await_healthy "$node"
    echo "healthy again $(($(millis) - began)) ms after the signal"
  done
  [ "$(docker inspect -f '{{.State.Running}}' "$PROJECT-load")" = true ] || fail "the load was over before the last restart"
  code=$(docker wait "$PROJECT-load")
  docker logs "$PROJECT-load" 2>&1 | tail -12
  docker cp -q "$PROJECT-load:/report/." "$ARTIFACTS/" 2>/dev/null || docker cp "$PROJECT-load:/report/." "$ARTIFACTS/"
  docker rm "$PROJECT-load" >/dev/null
  [ "$code" = 0 ] || fail "the load tool ended with $code"
  verdict=$(python3 -c '
import json, sys
operations = json.load(open(sys.argv[1]))["operations"]
print(sum(one["failed"]["count"] for one in operations.values()))' "$ARTIFACTS/load.json")
  echo "failed requests: $verdict"
  [ "$verdict" = 0 ] || fail "requests failed during a rolling restart"
}

query() { # EXPRESSION: the value of its first series, empty if there is none
  curl -s --get --data-urlencode "query=$1" localhost:9090/api/v1/query |
    python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1] if r else "")'
}

await_query() { # SECONDS WANTED EXPRESSION
  local deadline=$(($(date +%s) + $1))
  until [ "$(query "$3")" = "$2" ]; do
    [ "$(date +%s)" -lt $deadline ] || fail "$3 is '$(query "$3")', not '$2', after $1 s"
    sleep 1
  done
}

check_observation() {
  local firing='count(ALERTS{alertname="QuoratePartitionsWithoutQuorum",alertstate="firing"})'
  compose --profile observe up -d prometheus >"$WORK/up.log" 2>&1 || { cat "$WORK/up.log"; fail "prometheus"; }
  load --rate 300 --duration 50s
  await_query 60 5 'sum(up{job="quorate"})'
  echo "all nodes are scraped"
  sleep 20
  if ! /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
    apt-get install -y -q --no-install-recommends python3-matplotlib >"$WORK/apt.log" 2>&1 || true
  fi
  if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
    /usr/bin/python3 panels.py http://localhost:9090 "$ARTIFACTS" || fail "panels without data"
  else
    python3 panels.py http://localhost:9090 || fail "panels without data"
  fi
  docker rm -f "$PROJECT-load" >/dev/null
  [ -z "$(query "$firing")" ] || fail "the alert fires without a fault"
  docker kill "$(container n1)" "$(container n3)" >/dev/null
  await_query 90 "$(query 'count(up{job="quorate"}) - 2')" "$firing"
  echo "n1 and n3 killed: QuoratePartitionsWithoutQuorum fires"
  compose start n3 >/dev/null 2>&1 # Then n1: each mostly gets the address that the other had.
  compose start n1 >/dev/null 2>&1
  await_healthy n1 n3
  await_query 60 "" "$firing"
  echo "started again: it is over"
}

check_chaos() {
  local code
  compose --profile chaos up -d verify chaos >"$WORK/up.log" 2>&1 || { cat "$WORK/up.log"; fail "chaos"; }
  code=$(docker wait "$(container verify)")
  compose --profile chaos logs --no-color verify chaos >"$ARTIFACTS/chaos.log" 2>&1
  compose --profile chaos stop chaos >/dev/null 2>&1
  docker run --rm -v "${PROJECT}_report:/report" --entrypoint /busybox/tar quorate-bench -C /report -c . | tar -C "$ARTIFACTS" -x
  grep -E 'CONSISTENT|VIOLATED|writes \(|Failed:' "$ARTIFACTS/chaos.log" | sed 's/^[^|]*| *//' || true
  python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
print(len(report["events"]), "marks:", ", ".join(sorted({e["what"].split()[0] for e in report["events"]})))' "$ARTIFACTS/chaos.json"
  [ "$code" = 0 ] || fail "the load tool ended with $code, see chaos.log"
}

check_manifests() {
  local packages=$WORK/npm
  if ! command -v kubectl >/dev/null || ! command -v npm >/dev/null; then
    echo "NOT CHECKED: kubectl and npm are needed for docker/k8s"
    return
  fi
  mkdir "$packages"
  printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' 'resources: [k8s, k8s/bench]' \
    'components: [k8s/servicemonitor]' >"$WORK/kustomization.yaml"
  cp -r k8s "$WORK/k8s"
  kubectl kustomize "$WORK" >"$WORK/manifests.yaml"
  (cd "$packages" && npm install --no-audit --no-fund kubernetes-models@5 @kubernetes-models/prometheus-operator@6 js-yaml@4 typescript@5 \
    >"$WORK/npm.log" 2>&1) || { tail -5 "$WORK/npm.log"; fail "npm"; }
  local check
  check=$(realpath k8s/check.mjs)
  (cd "$packages" && node "$check" <"$WORK/manifests.yaml") || fail "manifests"
}

say "engine"
start_engine
docker version -f 'engine {{.Server.Version}}'
docker compose version >/dev/null 2>&1 || installed docker-compose docker-compose || fail "compose cannot be installed"
say "images"
base_images
build
docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep '^quorate'
say "fleet"
check_fleet
say "rolling restart under load"
check_rolling_restart
say "Prometheus, panels, an alert"
check_observation
if [ -z "$QUICK" ]; then
  say "chaos"
  check_chaos
fi
say "manifests"
check_manifests
say "all is well"
