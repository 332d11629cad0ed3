"""Stands in for tar.bzl 0.7.0: the part of its rule tar that this repository uses.

An attribute that is not below is an error, and so is anything in a line of mtree
that ocitool does not know.
"""

def _tar_impl(ctx):
    mtree = ctx.actions.declare_file(ctx.label.name + "_mtree.txt")
    lines = ["#mtree"] + [ctx.expand_location(line, ctx.attr.srcs) for line in ctx.attr.mtree]
    ctx.actions.write(mtree, "\n".join(lines) + "\n")

    output = ctx.actions.declare_file(ctx.label.name + {"": ".tar", "gzip": ".tar.gz"}[ctx.attr.compress])
    args = ctx.actions.args()
    args.add("tar")
    args.add("--mtree", mtree)
    args.add("--compress", ctx.attr.compress)
    args.add("--output", output)
    ctx.actions.run(
        executable = ctx.executable._ocitool,
        arguments = [args],
        inputs = ctx.files.srcs + [mtree],
        outputs = [output],
        mnemonic = "Tar",
        progress_message = "Packing %{label}",
    )
    return DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))

tar = rule(
    doc = "Packs files into an archive.",
    implementation = _tar_impl,
    attrs = {
        "compress": attr.string(doc = "How to compress the archive.", values = ["", "gzip"]),
        "mtree": attr.string_list(
            doc = "A line an entry; $(location) is the path of one of srcs.",
            mandatory = True,
            allow_empty = False,
        ),
        "srcs": attr.label_list(doc = "The files that mtree names.", allow_files = True),
        "_ocitool": attr.label(
            default = "@@//tools/registry-free/ocitool",
            executable = True,
            cfg = "exec",
        ),
    },
)
