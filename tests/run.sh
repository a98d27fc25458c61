#!/usr/bin/env bash
# Builds and runs every test. Installs mosquitto, PostgreSQL and Chromium by apt where they are missing, and what the examples
# in Python and Go need where that can be had; without it their tests are skipped and say so.
# Usage: tests/run.sh [dotnet test options, such as --filter-class '*Kernel*']
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only if none failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_TELEMETRY_OPTOUT=1
export CITYTWIN_REFERENCE="${CITYTWIN_REFERENCE:-$(cd .. && pwd)/shared/reference}"

missing=()
command -v mosquitto >/dev/null || missing+=(mosquitto)
command -v mosquitto_pub >/dev/null || missing+=(mosquitto-clients)
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
command -v kubectl >/dev/null || missing+=(kubernetes-client)
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}"; } >/dev/null ||
    { echo "tests/run.sh: could not install ${missing[*]}; install them by hand and try again" >&2; exit 2; }
fi

wanted=()
command -v protoc >/dev/null || wanted+=(protobuf-compiler)
command -v grpc_python_plugin >/dev/null || wanted+=(protobuf-compiler-grpc)
/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null || wanted+=(python3-grpcio python3-protobuf)
command -v go >/dev/null || wanted+=(golang-go)
command -v protoc-gen-go >/dev/null || wanted+=(protoc-gen-go)
command -v protoc-gen-go-grpc >/dev/null || wanted+=(protoc-gen-go-grpc)
[ -d /usr/share/gocode/src/google.golang.org/grpc ] || wanted+=(golang-google-grpc-dev golang-google-protobuf-dev golang-google-genproto-dev)
if [ ${#wanted[@]} -gt 0 ]; then
  echo "installing ${wanted[*]}"
  sudo=; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >/dev/null 2>&1 ||
    echo "tests/run.sh: not all of it can be had here; examples are skipped" >&2
fi

results=artifacts/test-results
rm -rf "$results"; mkdir -p "$results"
dotnet build CityTwin.sln -c Release || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
timeout -k 30 "${CITYTWIN_TESTS_SECONDS:-2100}" dotnet test --solution CityTwin.sln -c Release --no-build --max-parallel-test-modules 1 \
  --results-directory "$results" --report-xunit-trx --ignore-exit-code 8 "$@"
status=$?

count() { # NAME: the sum of that counter over all result files
  cat "$results"/*.trx 2>/dev/null | grep -o "<Counters [^>]*>" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | paste -sd+ - | bc
}
command -v bc >/dev/null || count() { cat "$results"/*.trx 2>/dev/null | grep -o "<Counters [^>]*>" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{n += $1} END {print n + 0}'; }
passed=$(count passed); failed=$(count failed); skipped=$(count notExecuted)
[ "$status" -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1   # a run that broke off is a failure, not a silence
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
[ "$status" -eq 0 ] && [ "${passed:-0}" -gt 0 ]
