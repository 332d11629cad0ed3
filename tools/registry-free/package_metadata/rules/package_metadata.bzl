"""The rule that Gazelle writes into the BUILD file of every Go module."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

visibility("public")

def _package_metadata_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".package-metadata.json")
    ctx.actions.write(out, json.encode({
        "attributes": {},
        "label": str(ctx.label),
        "purl": ctx.attr.purl,
    }))
    return [
        DefaultInfo(files = depset([out])),
        PackageMetadataInfo(metadata = out),
    ]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {"purl": attr.string(mandatory = True)},
)

def package_metadata(name, purl, visibility = None):
    # The repository's default metadata is this very target: without the empty
    # list it would depend on itself.
    _package_metadata(
        name = name,
        applicable_licenses = [],
        purl = purl,
        visibility = visibility,
    )
