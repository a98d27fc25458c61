#!/usr/bin/env bash
# Puts three silos, their PostgreSQL, a mosquitto and the lines between them under load, lets drawn faults happen to them,
# and holds them to account: what was acknowledged is kept once, levels are the replay's, who watched knows what there is.
usage='usage: tests/faults.sh [--seed N] [--faults N]
  --seed N    which faults happen, and when; the same seed draws the same (default 1)
  --faults N  how many, 1 to 1000 (default 20, which CI runs; 200 take 15 to 25 minutes)
It shows the faults as they happen. artifacts/faults keeps them, and all that the silos said; the exit code is 0 only if all adds up.
A full disk is made where one may mount (root in most machines, not in most containers); else it says so and leaves it out.'
set -euo pipefail
cd "$(dirname "$0")/.."
seed=1 faults=20
refuse() { echo "tests/faults.sh: $1" >&2; echo "$usage" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --help) echo "$usage"; exit 0 ;;
    --seed|--faults)
      [[ ${2:-} =~ ^[0-9]{1,9}$ ]] || refuse "$1 is a whole number, not '${2:-}'"
      [ "$1" = --seed ] && seed=$2 || faults=$2
      shift 2 ;;
    *) refuse "there is no '$1'" ;;
  esac
done
[ "$faults" -ge 1 ] && [ "$faults" -le 1000 ] || refuse "--faults is 1 to 1000"

told=artifacts/faults/faults.log
mkdir -p artifacts/faults; : > "$told"
tail -n +1 -F "$told" 2>/dev/null & tail=$!
trap 'kill "$tail" 2>/dev/null' EXIT
CITYTWIN_TESTS_SECONDS=$((2100 + 12 * faults)) CITYTWIN_FAULTS=$faults CITYTWIN_FAULTS_SEED=$seed bash tests/run.sh --filter-method '*.Faults.Faults.Cost_nothing_that_was_acknowledged'
