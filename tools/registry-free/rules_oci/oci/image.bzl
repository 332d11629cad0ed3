"""Images and indexes, as folders in the OCI layout."""

OCITOOL = {
    "_ocitool": attr.label(
        default = "@@//tools/registry-free/ocitool",
        executable = True,
        cfg = "exec",
    ),
}

def _text_impl(ctx):
    ctx.actions.write(ctx.outputs.out, ctx.attr.content)
    return DefaultInfo(files = depset([ctx.outputs.out]), runfiles = ctx.runfiles([ctx.outputs.out]))

oci_text = rule(
    doc = "Writes a text to a file.",
    implementation = _text_impl,
    attrs = {
        "content": attr.string(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)

def _image_impl(ctx):
    output = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add("image")
    args.add("--os", ctx.attr.os)
    args.add("--architecture", ctx.attr.architecture)
    args.add("--user", ctx.attr.user)
    args.add_all(ctx.files.tars, before_each = "--tar")
    args.add("--created_by", "bazel build {}".format(ctx.label))
    inputs = list(ctx.files.tars)
    for flag, file in [
        ("--entrypoint_file", ctx.file.entrypoint),
        ("--ports_file", ctx.file.exposed_ports),
        ("--labels_file", ctx.file.labels),
        ("--annotations_file", ctx.file.annotations),
    ]:
        if file:
            args.add(flag, file)
            inputs.append(file)
    args.add_all("--output", [output], expand_directories = False)
    ctx.actions.run(
        executable = ctx.executable._ocitool,
        arguments = [args],
        inputs = inputs,
        outputs = [output],
        mnemonic = "OCIImage",
        progress_message = "OCI Image %{label}",
    )
    return DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))

oci_image = rule(
    doc = "Makes an image from scratch.",
    implementation = _image_impl,
    attrs = OCITOOL | {
        "annotations": attr.label(doc = "A file with key=value a line.", allow_single_file = True),
        "architecture": attr.string(doc = "The processor, as Go names it.", mandatory = True),
        "entrypoint": attr.label(doc = "A file with an argument a line.", allow_single_file = True),
        "exposed_ports": attr.label(doc = "A file with ports, separated by commas.", allow_single_file = True),
        "labels": attr.label(doc = "A file with key=value a line.", allow_single_file = True),
        "os": attr.string(doc = "The operating system, as Go names it.", mandatory = True),
        "tars": attr.label_list(
            doc = "The layers, the lowest first.",
            allow_files = [".tar", ".tar.gz", ".tgz"],
        ),
        "user": attr.string(doc = "Who the entry point runs as."),
    },
)

def _each_platform_impl(_, attr):
    return [{"//command_line_option:platforms": str(platform)} for platform in attr.platforms]

_each_platform = transition(
    implementation = _each_platform_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def _index_impl(ctx):
    if len(ctx.attr.images) != len(ctx.attr.platforms):
        fail("platforms can only be specified when there is exactly one image in the images attribute.")
    output = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add("index")
    args.add_all(ctx.files.images, before_each = "--image", expand_directories = False)
    args.add_all("--output", [output], expand_directories = False)
    ctx.actions.run(
        executable = ctx.executable._ocitool,
        arguments = [args],
        inputs = ctx.files.images,
        outputs = [output],
        mnemonic = "OCIIndex",
        progress_message = "OCI Index %{label}",
    )
    return DefaultInfo(files = depset([output]))

oci_image_index = rule(
    doc = "Builds an image for each platform and joins them.",
    implementation = _index_impl,
    attrs = OCITOOL | {
        "images": attr.label_list(doc = "One oci_image.", mandatory = True, cfg = _each_platform),
        "platforms": attr.label_list(
            doc = "What to build it for.",
            mandatory = True,
            allow_empty = False,
            providers = [platform_common.PlatformInfo],
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _digest_impl(ctx):
    args = ctx.actions.args()
    args.add("digest")
    args.add_all("--layout", [ctx.file.layout], expand_directories = False)
    args.add("--output", ctx.outputs.out)
    ctx.actions.run(
        executable = ctx.executable._ocitool,
        arguments = [args],
        inputs = [ctx.file.layout],
        outputs = [ctx.outputs.out],
        mnemonic = "OCIDigest",
    )
    return DefaultInfo(files = depset([ctx.outputs.out]), runfiles = ctx.runfiles([ctx.outputs.out]))

oci_digest = rule(
    doc = "Writes the digest of an image or an index to a file.",
    implementation = _digest_impl,
    attrs = OCITOOL | {
        "layout": attr.label(mandatory = True, allow_single_file = True),
        "out": attr.output(mandatory = True),
    },
)
