"""What readers note about a file as it was sent: facts that the rules of machine-readability turn into a score.

Each code belongs to one of the 30 rules of 行政データにおける機械可読性に関するルール (2026-03-31) or to none.
"""

from __future__ import annotations

from collections.abc import Mapping

# code -> rule. A reader notes the fact; `rules.py` alone says what it costs.
MARKS: Mapping[str, str] = {
    "format-not-open": "L1-01",
    "several-tables": "L1-02",
    "several-sheets": "",
    "blank-rows": "L1-03",
    "blank-columns": "L1-03",
    "preamble": "L1-04",
    "notes": "L1-04",
    "no-header": "L1-05",
    "unnamed-columns": "L1-05",
    "layout-spaces": "L1-06",
    "newlines-in-header": "L1-06",
    "newlines-in-cells": "L1-06",
    "several-values-in-cell": "L1-07",
    "platform-characters": "L1-08",
    "half-width-kana": "L1-08",
    "blank-and-zero": "L1-09",
    "objects": "L1-10",
    "meaningful-formatting": "L1-11",
    "merged-cells": "L1-12",
    "hidden-rows": "L1-13",
    "hidden-columns": "L1-13",
    "uneven-rows": "L1-14",
    "quoting": "L1-15",
    "numbers-with-text": "L2-01",
    "ditto": "L2-02",
    "duplicate-labels": "L2-03",
    "choices-vary": "L2-04",
    "other-with-text": "L2-05",
    "formulas": "L2-06",
    "header-not-first": "L3-01",
    "header-of-several-rows": "L3-01",
    "codes-without-table": "L3-02",
    "symbols-undefined": "L3-03",
    "units-missing": "L3-04",
    "japanese-eras": "L3-05",
    "dates-vary": "L3-05",
    "places-without-codes": "L3-06",
    "formats-vary": "L3-07",
    "columns-undefined": "L3-08",
    "encoding-not-utf-8": "",
    "wide-table": "L3-09",
    "error-cells": "L2-06",
}
