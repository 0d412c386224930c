"""The descriptor gate: a stranger's `datapackage.json` becomes a `Package` of known keys and checked values.

Libraries for data packages open what a descriptor names: addresses, databases, files outside of the package. So none
sees one before it has passed here. Text is parsed strictly, keys that Data Package v2 (datapackage.org, 2.0) does not
have are dropped, v1 and older spellings become those of v2, and a path must name a file that came with the package.
"""

from __future__ import annotations

from app.publishing.descriptor.gate import DESCRIPTOR_NAMES, read_descriptor
from app.publishing.descriptor.limits import MAX_BYTES
from app.publishing.descriptor.names import name_is_allowed
from app.publishing.descriptor.package import Package, ResourceDescription
from app.publishing.descriptor.texts import text_in
from app.publishing.descriptor.undescribed import infer_package

__all__ = [
    "DESCRIPTOR_NAMES",
    "MAX_BYTES",
    "Package",
    "ResourceDescription",
    "infer_package",
    "name_is_allowed",
    "read_descriptor",
    "text_in",
]
