#!/usr/bin/env bash
# Runs a benchmark beside its peer or ceiling, in the same run: tests/bench.sh NAME|all
# The last line of each is "NAME ratio=... target=... ok|short".
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
names=(settle hit fork breach cascade read permission list ingest ingest-pg watch flood restart million)
[ $# -eq 1 ] || { echo "usage: tests/bench.sh all|$(IFS='|'; echo "${names[*]}")" >&2; exit 2; }
if [ "$1" != all ]; then names=("$1"); fi
missing=()
command -v g++ >/dev/null || missing+=(g++)
command -v mosquitto >/dev/null || missing+=(mosquitto)
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}"; } >/dev/null
fi
dotnet build tests/CityTwin.Benchmarks -c Release -v quiet >&2
for name in "${names[@]}"; do
  artifacts/bin/CityTwin.Benchmarks/release/CityTwin.Benchmarks "$name"
done
