# shellcheck shell=bash
#
# Shared by the programs in bin/, which stand in for those of a Debian machine. They
# note how they were called in $FAKE/calls; variables say what goes wrong:
#
#   FAKE_BLOCK=STEP    the step waits until $FAKE/release exists
#   FAKE_FAIL=STEP     the step fails, with FAKE_MESSAGE

set -euo pipefail

note() { printf '%s %s\n' "${0##*/}" "$*" >>"$FAKE/calls"; }

step() {
  if [[ ${FAKE_BLOCK:-} == "$1" ]]; then
    printf '%s\n' "$$" >"$FAKE/pid.$$"
    mv "$FAKE/pid.$$" "$FAKE/blocked"
    while [[ ! -e $FAKE/release ]]; do sleep 0.02; done
  fi
  if [[ ${FAKE_FAIL:-} == "$1" ]]; then
    printf '%s\n' "${FAKE_MESSAGE:-E: $1 failed}" >&2
    exit 100
  fi
}
