"""The provider that rules_go reads the package URL of a Go module from."""

visibility("public")

PackageMetadataInfo = provider(
    doc = "Where a package comes from.",
    fields = {"metadata": "A JSON file with the package URL."},
)
