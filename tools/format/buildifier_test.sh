#!/usr/bin/env bash
# Fails when `tools/fix` would format a BUILD, .bzl or MODULE.bazel file differently.
set -euo pipefail
source tools/sources/unpack.sh

buildifier=$PWD/$1
tree=$TEST_TMPDIR/tree
unpack_sources "$tree"
cd "$tree"
if ! "$buildifier" -mode=check -lint=off -r .; then
  echo "These files are not formatted. Run: tools/fix"
  exit 1
fi
