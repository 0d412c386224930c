"""What known terms of use ask and forbid, as facts that descriptions share.

Read from the terms themselves: the deeds of Creative Commons and Open Data Commons, 公共データ利用規約 (1.0),
政府標準利用規約 (2.0) and the Open Government Licence (3.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

LICENSE_TYPES = "http://purl.org/adms/licencetype"
LICENSE_TYPES_SCHEME = f"{LICENSE_TYPES}/1.0"
LICENSE_TYPES_TITLE = Text("利用条件の種類", "Licence type")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a licence asks of those who use the data, and what it forbids."""

    attribution: bool = False
    share_alike: bool = False
    no_commerce: bool = False
    no_derivatives: bool = False


_BY = Terms(attribution=True)
_BY_SA = Terms(attribution=True, share_alike=True)
_FREE = Terms()

TERMS: Mapping[str, Terms] = {
    "CC-BY-4.0": _BY,
    "CC-BY-3.0": _BY,
    "CC-BY-2.1-JP": _BY,
    "CC-BY-SA-4.0": _BY_SA,
    "CC-BY-SA-2.1-JP": _BY_SA,
    "CC-BY-ND-4.0": Terms(attribution=True, no_derivatives=True),
    "CC-BY-NC-4.0": Terms(attribution=True, no_commerce=True),
    "CC-BY-NC-SA-4.0": Terms(attribution=True, share_alike=True, no_commerce=True),
    "CC-BY-NC-ND-4.0": Terms(attribution=True, no_commerce=True, no_derivatives=True),
    "CC0-1.0": _FREE,
    "CC-PDM-1.0": _FREE,
    "ODC-PDDL-1.0": _FREE,
    "ODC-BY-1.0": _BY,
    "ODbL-1.0": _BY_SA,
    "OGL-UK-3.0": _BY,
    "PDL1.0": _BY,
    "GJSTU-2.0": _BY,
}

# The codes of ADMS's licence types, each with its name.
_TYPES = {
    "Attribution": Text("出典の表示", "Attribution"),
    "PublicDomain": Text("パブリックドメイン", "Public domain"),
    "ViralEffect-ShareAlike": Text("継承", "Viral effect (share alike)"),
    "NonCommercialUseOnly": Text("非営利に限る", "Non-commercial use only"),
    "NoDerivativeWork": Text("改変の禁止", "No derivative work"),
}


def license_types(name: str) -> tuple[tuple[str, Text], ...]:
    """List the ADMS licence types of terms that are known, as code and name."""
    if not (terms := TERMS.get(name)):
        return ()
    said = {
        "PublicDomain": terms == _FREE,
        "Attribution": terms.attribution,
        "ViralEffect-ShareAlike": terms.share_alike,
        "NonCommercialUseOnly": terms.no_commerce,
        "NoDerivativeWork": terms.no_derivatives,
    }
    return tuple((code, _TYPES[code]) for code, meant in said.items() if meant)
