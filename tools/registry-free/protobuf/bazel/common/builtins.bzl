"""Bazel 7's built-ins under other names: a file cannot export a name that it uses."""

BuiltinProtoInfo = ProtoInfo
