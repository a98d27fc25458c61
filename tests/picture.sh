#!/usr/bin/env bash
# Takes the picture of the console that README shows: the sample town with a substation out, in a real browser.
# Usage: tests/picture.sh [FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
picture="$(realpath -m "${1:-src/console.jpg}")"
mkdir -p "$(dirname "$picture")"
dotnet build tests/EndToEnd.Tests -c Release -v quiet >&2
CITYTWIN_PICTURE="$picture" artifacts/bin/CityTwin.EndToEnd.Tests/release/CityTwin.EndToEnd.Tests \
  -method '*Shows_a_failed_substation_through_kill_9_and_its_return'
echo "$picture: $(stat -c %s "$picture") bytes"
