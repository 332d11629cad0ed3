"""What bazel run does with an image: load it into an engine, push it to a registry."""

load(":image.bzl", "OCITOOL")

# Finds the files that a script was given: beside the script when it runs by itself, and
# in the folder that its caller names when it is one of the caller's files.
_RUNFILES = """\
#!/usr/bin/env bash
set -euo pipefail
runfiles=${RUNFILES_DIR:-$0.runfiles}
[[ -d $runfiles ]] || { echo >&2 "$0: there is no folder $runfiles; use bazel run"; exit 1; }
"""

_LOAD = _RUNFILES + """
for engine in docker podman nerdctl; do
  if command -v "$engine" >/dev/null; then break; fi
  engine=
done
if [[ -z $engine ]]; then
  echo >&2 "Neither docker, podman nor nerdctl could be found."
  exit 1
fi
"$runfiles/%{ocitool}" tarball --layout "$runfiles/%{image}" --format %{format} \\
  --tags_file "$runfiles/%{tags}" --output - | "$engine" load
"""

_PUSH = _RUNFILES + """
exec "$runfiles/%{ocitool}" push --layout "$runfiles/%{image}" "$@"
"""

def _runfile(ctx, file):
    path = file.short_path
    return path[len("../"):] if path.startswith("../") else ctx.workspace_name + "/" + path

def _script(ctx, name, template, files, words = {}):
    """Writes a script that finds ocitool and files in its runfiles."""
    script = ctx.actions.declare_file(name)
    files = files | {"ocitool": ctx.executable._ocitool}
    for key, file in files.items():
        template = template.replace("%{" + key + "}", _runfile(ctx, file))
    for key, word in words.items():
        template = template.replace("%{" + key + "}", word)
    ctx.actions.write(script, template, is_executable = True)
    runfiles = ctx.runfiles(files.values())
    runfiles = runfiles.merge(ctx.attr._ocitool[DefaultInfo].default_runfiles)
    return DefaultInfo(executable = script, runfiles = runfiles.merge(ctx.attr.image[DefaultInfo].default_runfiles))

def _load_impl(ctx):
    tarball = ctx.actions.declare_file(ctx.label.name + "/tarball.tar")
    args = ctx.actions.args()
    args.add("tarball")
    args.add_all("--layout", [ctx.file.image], expand_directories = False)
    args.add("--format", ctx.attr.format)
    args.add("--tags_file", ctx.file.repo_tags)
    args.add("--output", tarball)
    ctx.actions.run(
        executable = ctx.executable._ocitool,
        arguments = [args],
        inputs = [ctx.file.image, ctx.file.repo_tags],
        outputs = [tarball],
        mnemonic = "OCITarball",
    )
    files = {"image": ctx.file.image, "tags": ctx.file.repo_tags}
    return [
        _script(ctx, ctx.label.name + ".sh", _LOAD, files, {"format": ctx.attr.format}),
        OutputGroupInfo(tarball = depset([tarball])),
    ]

oci_load = rule(
    doc = "Loads an image into docker, podman or nerdctl, whichever is there.",
    implementation = _load_impl,
    attrs = OCITOOL | {
        "format": attr.string(doc = "docker for an image, oci for an index.", default = "docker", values = ["docker", "oci"]),
        "image": attr.label(doc = "An oci_image or oci_image_index.", mandatory = True, allow_single_file = True),
        "repo_tags": attr.label(doc = "A file with repository:tag a line.", mandatory = True, allow_single_file = [".txt"]),
    },
    executable = True,
)

def _push_impl(ctx):
    if not ctx.file.image.is_directory:
        fail("image attribute must be a oci_image or oci_image_index")
    return _script(ctx, "push_{}.sh".format(ctx.label.name), _PUSH, {"image": ctx.file.image})

oci_push = rule(
    doc = "Pushes to the repository that --repository names, by digest and then by the tags of --tag.",
    implementation = _push_impl,
    attrs = OCITOOL | {
        "image": attr.label(doc = "An oci_image or oci_image_index.", mandatory = True, allow_single_file = True),
    },
    executable = True,
)
