"""The well-known types, under the names that the protobuf module gives them."""

load("//bazel:proto_library.bzl", "proto_library")

# Name of the file without its suffix, and what it imports.
_WELL_KNOWN = {
    "any": [],
    "api": ["source_context", "type"],
    "compiler/plugin": ["descriptor"],
    "descriptor": [],
    "duration": [],
    "empty": [],
    "field_mask": [],
    "source_context": [],
    "struct": [],
    "timestamp": [],
    "type": ["any", "source_context"],
    "wrappers": [],
}

def _target(name):
    return name.replace("/", "_") + "_proto"

def well_known_protos():
    for name, imports in _WELL_KNOWN.items():
        src = "google/protobuf/%s.proto" % name

        # A copy in this package, so that its import path is the usual one.
        native.genrule(
            name = _target(name) + "_file",
            srcs = ["@debian_protobuf//:" + src],
            outs = [src],
            cmd = "cp $< $@",
        )
        proto_library(
            name = _target(name),
            srcs = [src],
            strip_import_prefix = "/",
            visibility = ["//visibility:public"],
            deps = [_target(i) for i in imports],
        )
