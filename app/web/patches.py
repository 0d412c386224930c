"""What a merge patch of a dataset may hold, as JSON Schema; `app.catalog.editing` checks that and more."""

from __future__ import annotations

from typing import Any

from app.catalog import vocabularies
from app.catalog.editing import LINE, MOST, PROSE
from app.catalog.meanings import MEANINGS

Json = dict[str, Any]

# No control characters, in a line no breaks either. ASCII: what more the check refuses, a schema need not repeat.
_IN_A_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"
_IN_PROSE = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"
_WORDS = r"^[^\u0000-\u0020\u007f-\u00a0\u2000-\u206f\u3000]+$"
_LINK = r"^(|[hH][tT][tT][pP][sS]?://[!#-;=?-\[\]-~]+)$"
_EMAIL = r"^(|[!#-;=?A-~]+@[!#-;=?A-~]+)$"


def patch_schema() -> Json:
    """Describe a merge patch: `null` takes back what was said here, an empty text says that there is nothing."""
    link, day = _text(LINE, _LINK), {"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}
    fields: Json = {
        **dict.fromkeys(("title", "series"), _of(_both(LINE, _IN_A_LINE))),
        **dict.fromkeys(("description", "provenance", "caveats"), _of(_both(PROSE, _IN_PROSE))),
        **dict.fromkeys(("keywords", "spatial"), _list(_text(LINE, _WORDS))),
        "themes": _list(_one_of(vocabularies.themes().concepts)),
        "groups": _list(_one_of(vocabularies.groups().concepts)),
        "license": _one_of(["", *(each.name for each in vocabularies.licenses() if each.name)]),
        "temporal": _of({"start": day, "end": day}),
        "frequency": _one_of(["", *vocabularies.frequencies().concepts]),
        "next_due": day,
        "languages": _list({"type": "string", "pattern": "^[a-z]{2}$"}),
        "homepage": link,
        "contact": _of({"name": _text(LINE, _IN_A_LINE), "email": _text(LINE, _EMAIL), "url": link}),
        "conforms_to": _list(_text(LINE, _LINK.replace("(|", "(").replace("^(", "^(?!$)("))),
        "ai_use": _one_of(["", *vocabularies.ai_uses().concepts]),
        "columns": {
            "type": "object",
            "description": "By resource and column. Both must be there.",
            "additionalProperties": {"type": "object", "additionalProperties": _column(link)},
        },
    }
    return {
        "type": "object",
        "description": "Fields of a dataset. `null` takes back what was said here (RFC 7396).",
        "properties": {name: _or_null(field) for name, field in fields.items()},
        "additionalProperties": False,
    }


def _column(link: Json) -> Json:
    return _of(
        {
            "title": _of(_both(LINE, _IN_A_LINE)),
            "description": _of(_both(PROSE, _IN_PROSE)),
            "unit": _text(LINE, _IN_A_LINE),
            "code_list": link,
            "meaning": _one_of(["", *MEANINGS]),
        }
    )


def _of(parts: Json) -> Json:
    return {
        "type": "object",
        "properties": {name: _or_null(part) for name, part in parts.items()},
        "additionalProperties": False,
    }


def _both(longest: int, pattern: str) -> Json:
    return dict.fromkeys(("ja", "en"), _text(longest, pattern))


def _text(longest: int, pattern: str) -> Json:
    return {"type": "string", "maxLength": longest, "pattern": pattern}


def _list(each: Json) -> Json:
    return {"type": "array", "maxItems": MOST, "items": each}


def _one_of(words: Any) -> Json:
    return {"type": "string", "enum": sorted(dict.fromkeys(words))}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}
