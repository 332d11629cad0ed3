"""Debian's protobuf packages, as ./bazelw unpacks them, as a repository."""

def _repo_impl(rctx):
    prefix = rctx.getenv("WEAVE_DEBIAN_PREFIX")
    if not prefix:
        fail("WEAVE_DEBIAN_PREFIX is not set: run ./bazelw instead of bazel")
    rctx.symlink(prefix + "/usr/bin/protoc", "protoc")
    rctx.symlink(prefix + "/usr/include/google", "google")
    rctx.file("BUILD.bazel", 'exports_files(glob(["protoc", "google/protobuf/**/*.proto"]), visibility = ["@protobuf//:__subpackages__"])')

_debian_protobuf = repository_rule(
    implementation = _repo_impl,
    environ = ["WEAVE_DEBIAN_PREFIX"],
    local = True,
)

debian = module_extension(
    implementation = lambda mctx: _debian_protobuf(name = "debian_protobuf"),
)
