"""The extension that `bazel mod tidy` takes buildozer from.

Elsewhere it is a prebuilt binary; here it is compiled from the Go module that
go.mod pins, by the Go on the PATH, the first time somebody tidies.
"""

def _repo_impl(rctx):
    rctx.file("BUILD.bazel", 'exports_files(["buildozer.exe"])')
    result = rctx.execute(
        ["go", "build", "-o", rctx.path("buildozer.exe"), "github.com/bazelbuild/buildtools/buildozer"],
        working_directory = str(rctx.workspace_root),
    )
    if result.return_code != 0:
        fail("compile buildozer: " + result.stderr)

_buildozer_binary = repository_rule(_repo_impl)

buildozer_binary = module_extension(
    implementation = lambda mctx: _buildozer_binary(name = "buildozer_binary"),
)
