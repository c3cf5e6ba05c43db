#!/usr/bin/env bash
# The whole word list of Debian's wamerican through three nodes, one killed midway. Verify runs it in small.
# Usage: words.sh [FILE=/usr/share/dict/words]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
exec mvn -B -ntp -pl node -am verify -Dtest=none \
  -Dit.test=WordsIT -Dquorate.words="${1:-/usr/share/dict/words}"
