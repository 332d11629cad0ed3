#!/usr/bin/env bash
# Fails when `./bazelw run //:gazelle` would change a BUILD file.
set -euo pipefail
source tools/sources/unpack.sh

tree=$TEST_TMPDIR/tree
unpack_sources "$tree"
if ! BUILD_WORKSPACE_DIRECTORY=$tree "$1" >"$TEST_TMPDIR/diff" 2>&1; then
  cat "$TEST_TMPDIR/diff"
  echo "BUILD files are not what Gazelle makes of the sources. Run: ./bazelw run //:gazelle"
  exit 1
fi
