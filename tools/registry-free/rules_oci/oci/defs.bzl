"""Stands in for rules_oci 2.3.0: the part of it that this repository uses.

An attribute that is not below is an error. Each macro makes the targets and files
of the genuine one under the same names, so that what collides there collides here.
"""

load(":deliver.bzl", _oci_load = "oci_load", _oci_push = "oci_push")
load(":image.bzl", "oci_digest", "oci_text", _oci_image = "oci_image", _oci_image_index = "oci_image_index")

# Attributes that every target takes, which go to the targets that a macro makes
# beside its main one as well.
_COMMON = [
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "visibility",
]

def _common(kwargs):
    return {key: kwargs[key] for key in _COMMON if key in kwargs}

def _text(name, kind, value, separator, common):
    """Writes a list to the file NAME.KIND.txt. A label, or None, stays what it is."""
    if type(value) != "list":
        return value
    target = "{}_write_{}".format(name, kind)
    oci_text(
        name = target,
        out = "{}.{}.txt".format(name, kind),
        content = separator.join(value),
        **common
    )
    return target

def _pairs(value):
    return ["{}={}".format(k, v) for k, v in value.items()] if type(value) == "dict" else value

def _digest(name, common):
    oci_digest(
        name = name + ".digest",
        layout = name,
        out = name + ".json.sha256",
        **common
    )

def oci_image(name, entrypoint = None, exposed_ports = None, labels = None, annotations = None, **kwargs):
    """Makes an image for one platform, and NAME.digest.

    Args:
        name: the image's target.
        entrypoint: a list of arguments, or a file with one a line.
        exposed_ports: a list such as ["9070/tcp"], or a file with them separated by commas.
        labels: a dict, or a file with key=value a line.
        annotations: a dict, or a file with key=value a line.
        **kwargs: what the rule and all rules take.
    """
    common = _common(kwargs)
    _oci_image(
        name = name,
        annotations = _text(name, "annotations", _pairs(annotations), "\n", common),
        entrypoint = _text(name, "entrypoint", entrypoint, "\n", common),
        exposed_ports = _text(name, "exposed_ports", exposed_ports, ",", common),
        labels = _text(name, "labels", _pairs(labels), "\n", common),
        **kwargs
    )
    _digest(name, common)

def oci_image_index(name, **kwargs):
    """Makes an index of one image for several platforms, and NAME.digest.

    Args:
        name: the index's target.
        **kwargs: what the rule and all rules take.
    """
    _oci_image_index(name = name, **kwargs)
    _digest(name, _common(kwargs))

def oci_load(name, repo_tags, **kwargs):
    """Loads an image into the local engine, with bazel run.

    Args:
        name: the target.
        repo_tags: a list of repository:tag, or a file with one a line.
        **kwargs: what the rule and all rules take.
    """
    _oci_load(
        name = name,
        repo_tags = _text(name, "tags", repo_tags, "\n", _common(kwargs)),
        **kwargs
    )

def oci_push(name, **kwargs):
    """Pushes an image or an index, with bazel run and --repository.

    Args:
        name: the target.
        **kwargs: what the rule and all rules take.
    """
    _oci_push(name = name, **kwargs)
