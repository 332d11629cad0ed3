"""The repository's own files as inputs of tests that look at all of them.

No target can glob over the borders of packages. The repository @sources holds a
symbolic link to every file but documentation and hidden ones, which no such test
reads, so that a test of the whole tree (are the BUILD
files what Gazelle makes of it? are they formatted?) depends on exactly the
files it reads, and is cached like any other test.
"""

_SKIPPED_DIRS = ["docs"]

# A folder with one of these is a package: they get another name here, lest
# globs stop at them. Whoever unpacks the tree takes the suffix off again.
_BUILD_FILES = ["BUILD.bazel", "BUILD", "MODULE.bazel", "REPO.bazel"]
_SUFFIX = ".src"

_BUILD_FILE = """
filegroup(
    name = "all",
    srcs = glob(["tree/**"]),
    visibility = ["//visibility:public"],
)

filegroup(
    name = "build_files",
    srcs = glob(["tree/**/*.bzl", "tree/**/*.src"]),
    visibility = ["//visibility:public"],
)
"""

def _sources_impl(rctx):
    root = rctx.workspace_root
    prefix = len(str(root)) + 1
    folders = [root]
    for _ in range(100000):
        if not folders:
            break
        for entry in folders.pop().readdir(watch = "yes"):
            name = entry.basename
            if (name.startswith(".") and name != ".bazelignore") or name.startswith("bazel-"):
                continue
            if entry.is_dir:
                if name not in _SKIPPED_DIRS:
                    folders.append(entry)
            else:
                link = "tree/" + str(entry)[prefix:]
                rctx.symlink(entry, link + _SUFFIX if name in _BUILD_FILES else link)
    rctx.file("BUILD.bazel", _BUILD_FILE)

_sources = repository_rule(
    implementation = _sources_impl,
    doc = "Links every file of the main repository.",
)

sources = module_extension(
    implementation = lambda mctx: _sources(name = "sources"),
)
