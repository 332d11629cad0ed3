"""The container images of services: one call of service_image makes all of a service's.

Uses the documented API of rules_oci and tar.bzl only, so that the genuine rules
and the stand-ins of tools/registry-free build the same.
"""

load("@rules_go//go:def.bzl", "go_binary")
load("@rules_oci//oci:defs.bzl", "oci_image", "oci_image_index", "oci_load", "oci_push")
load("@tar.bzl", "tar")

_PLATFORMS = [
    "@rules_go//go/toolchain:linux_amd64",
    "@rules_go//go/toolchain:linux_arm64",
]

_SOURCE = "https://github.com/inventive-weave/inventive-weave"

# Nobody that any machine knows, by number: Kubernetes can prove that it is not root.
_USER = "65532:65532"

def service_image(name, binary, title, ports):
    """Makes a service's image, from scratch, with its binary as the one file in it.

    The targets that people use:
        NAME_image_index: the image for every platform, and NAME_image_index.digest
        NAME_image_load: loads it into the local engine, as weave/NAME:latest
        NAME_image_push: pushes it to the repository given with --repository

    Args:
        name: the service's name, and its program's in the image.
        binary: its go_binary, which must need nothing else to run.
        title: for the annotation org.opencontainers.image.title.
        ports: the TCP ports that it listens on.
    """
    tar(
        name = name + "_layer",
        srcs = [binary],
        compress = "gzip",
        mtree = ["{} uid=0 gid=0 mode=0755 time=0 type=file content=$(location {})".format(name, binary)],
        tags = ["manual"],
    )
    _annotations(
        name = name + "_annotations",
        title = title,
        stamp = select({
            "//oci:stamp": True,
            "//conditions:default": False,
        }),
    )
    oci_image(
        name = name + "_image",
        annotations = name + "_annotations",
        architecture = select({
            "@platforms//cpu:arm64": "arm64",
            "@platforms//cpu:x86_64": "amd64",
        }),
        # The address is part of the entry point, so that arguments add to it: nothing
        # reaches a container's own loopback interface.
        entrypoint = ["/" + name, "--host=0.0.0.0"],
        exposed_ports = ["{}/tcp".format(port) for port in ports],
        labels = name + "_annotations",
        os = "linux",
        # Only for Linux, whatever the machine is: built through the targets below.
        tags = ["manual"],
        tars = [name + "_layer"],
        user = _USER,
    )
    oci_image_index(
        name = name + "_image_index",
        images = [name + "_image"],
        platforms = _PLATFORMS,
    )
    _for_linux(
        name = name + "_image_for_linux",
        image = name + "_image",
        platform = select({
            "@platforms//cpu:arm64": "@rules_go//go/toolchain:linux_arm64",
            "@platforms//cpu:x86_64": "@rules_go//go/toolchain:linux_amd64",
        }),
    )
    oci_load(
        name = name + "_image_load",
        image = name + "_image_for_linux",
        repo_tags = ["weave/{}:latest".format(name)],
    )
    oci_push(
        name = name + "_image_push",
        image = name + "_image_index",
    )

def deliver_all():
    """Makes what concerns all images of the package. Call it last.

    load: loads them into the local engine
    push: pushes them to the registry given with --registry
    images: their layouts and digests, as files
    """
    services = sorted([
        rule.removesuffix("_image_index")
        for rule in native.existing_rules()
        if rule.endswith("_image_index")
    ])
    native.filegroup(
        name = "images",
        srcs = [s + "_image_index" for s in services] + [s + "_image_index.digest" for s in services],
    )
    _deliver("load", {s: [s + "_image_load"] for s in services})
    _deliver("push", {s: [s + "_image_push", s + "_image_index.digest"] for s in services})

def _deliver(name, files):
    go_binary(
        name = name,
        args = [name] + [
            "=".join(["weave/" + service] + ["$(rlocationpath {})".format(f) for f in files[service]])
            for service in files
        ],
        data = [f for service in files for f in files[service]],
        embed = ["//oci/deliver:deliver_lib"],
    )

def _annotations_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".txt")
    lines = [
        "org.opencontainers.image.title=" + ctx.attr.title,
        "org.opencontainers.image.source=" + _SOURCE,
    ]
    if ctx.attr.stamp:
        # Bazel's status file has a key and a value a line; tools/workspace_status fills it.
        ctx.actions.run_shell(
            inputs = [ctx.info_file],
            outputs = [output],
            command = """\
set -eu
revision= version=
while read -r key value; do
  case $key in
    STABLE_REVISION) revision=$value ;;
    STABLE_VERSION) version=$value ;;
  esac
done <"$1"
if [ -z "$revision" ] || [ -z "$version" ]; then
  echo >&2 "$1 has no STABLE_REVISION or no STABLE_VERSION; stamp with --config=release"
  exit 1
fi
printf '%s\\norg.opencontainers.image.revision=%s\\norg.opencontainers.image.version=%s\\n' "$3" "$revision" "$version" >"$2"
""",
            arguments = [ctx.info_file.path, output.path, "\n".join(lines)],
            mnemonic = "ImageAnnotations",
        )
    else:
        ctx.actions.write(output, "\n".join(lines) + "\n")
    return DefaultInfo(files = depset([output]))

_annotations = rule(
    doc = """Writes an image's annotations, key=value a line.

    Revision and version are only there when stamping, so that unstamped images depend on
    nothing but their sources.""",
    implementation = _annotations_impl,
    attrs = {
        "stamp": attr.bool(),
        "title": attr.string(mandatory = True),
    },
)

def _to_platform_impl(_, attr):
    return {"//command_line_option:platforms": str(attr.platform)}

_to_platform = transition(
    implementation = _to_platform_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def _for_linux_impl(ctx):
    image = ctx.attr.image[0][DefaultInfo]
    return DefaultInfo(files = image.files, runfiles = image.default_runfiles)

_for_linux = rule(
    doc = """An image as it is built for a platform.

    Loading needs one for Linux on every machine, a Mac too. It is the index's, to the byte.""",
    implementation = _for_linux_impl,
    attrs = {
        "image": attr.label(mandatory = True, cfg = _to_platform),
        "platform": attr.label(mandatory = True, providers = [platform_common.PlatformInfo]),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
