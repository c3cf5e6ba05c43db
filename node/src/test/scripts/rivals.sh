#!/usr/bin/env bash
# Two operators want two things of a cluster at once, each on another side of a cut: one wins, the other is told.
# Needs what namespaces.sh needs.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
. node/src/test/scripts/namespaces.sh

post() { at "$1" "/v1/cluster/$2" -d "$3" -w '\n%{http_code}' | python3 -c 'import json, sys
*body, status = sys.stdin.read().split("\n")
body = json.loads("\n".join(body))
print(status, body.get("outcome", ""), body.get("detail") or body["transition"]["kind"] + " of " + body["transition"]["node"])'; }
states() { for i in "$@"; do at "$i" /v1/cluster | python3 -c 'import json, sys
of = json.load(sys.stdin)
print(of["epoch"], (of["transition"] or {}).get("kind"), *(each["name"] for each in of["members"] if each["owned"]))'; done; }

cut
await "2 2 3 3 3"
post 1 leave '{"name":"n3"}' > "$root/left" &
left=$!
post 3 leave '{"name":"n1"}' > "$root/right" &
wait $! "$left"
echo "left of the cut, leave of n3:  $(cat "$root/left")"
echo "right of the cut, leave of n1: $(cat "$root/right")"
grep -q '^503 not_applied' "$root/left" && grep -q '^202' "$root/right"
mend
echo "after it, leave of n3 again, at n2: $(post 2 leave '{"name":"n3"}')"
for _ in $(seq 600); do
  one=$(states 2 3 4 5 | sort -u)
  if [ "$(wc -l <<< "$one")" = 1 ] && grep -q ' None n2 n3 n4 n5$' <<< "$one"; then
    echo "states of n2 to n5 in the end: $one"
    exit 0
  fi
  sleep 0.1
done
echo "no common state of n2 to n5 without n1: $one" >&2
exit 1
