"""The extension that `bazel mod tidy` takes buildozer from; here it has none."""

def _repo_impl(rctx):
    rctx.file("BUILD.bazel")

_buildozer_binary = repository_rule(_repo_impl)

buildozer_binary = module_extension(
    implementation = lambda mctx: _buildozer_binary(name = "buildozer_binary"),
)
