"""A package that came without a descriptor."""

from __future__ import annotations

from collections.abc import Collection

from app.kernel.text import text_of
from app.publishing.descriptor.names import name_from, unused_name
from app.publishing.descriptor.package import Package, ResourceDescription
from app.publishing.descriptor.values import line_of, suffix_of


def infer_package(file_name: str, title: str | None = None, *, files: Collection[str] = ()) -> Package:
    """Describe files that came without a descriptor: `files` of the archive `file_name`, or that file alone."""
    name = name_from(file_name, "dataset")
    taken: set[str] = set()
    resources = tuple(
        ResourceDescription(unused_name(name_from(path, "resource"), taken), path, format=suffix_of(path))
        for path in (files or (file_name,))
    )
    return Package(name, resources, title=text_of(line_of(title or name)), inferred=True)
