#!/usr/bin/env bash
# Five nodes in network namespaces of their own; two are cut off from three for a while; then how long until all are one again.
# Needs what namespaces.sh needs. Usage: cut.sh [SECONDS=30]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
seconds=${1:-30}
. node/src/test/scripts/namespaces.sh

cut
began=$(date +%s%N)
await "2 2 3 3 3"
echo "each side by itself $(( ($(date +%s%N) - began) / 1000000 )) ms after the cut"
sleep "$(( seconds - ($(date +%s%N) - began) / 1000000000 ))"
mend
healed=$(date +%s%N)
await "5 5 5 5 5"
echo "one cluster again $(( ($(date +%s%N) - healed) / 1000000 )) ms after a cut of $seconds s"
