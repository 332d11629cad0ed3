"""Bazel 7's own ProtoLangToolchainInfo."""

ProtoLangToolchainInfo = proto_common_do_not_use.ProtoLangToolchainInfo
