"""Bazel 7's own ProtoInfo."""

load(":builtins.bzl", "BuiltinProtoInfo")

ProtoInfo = BuiltinProtoInfo
