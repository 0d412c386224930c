"""What the gate sees in the parts of a workbook beside its values: formulas, hidden rows, lines through cells."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, field

from app.catalog.record import Mark
from app.publishing.structure.merging import Merge

_SHOWN = 5
_MOST_STYLES = 70_000
_TRUE = frozenset({"1", "true"})

Attributes = dict[str, str]


@dataclass(slots=True)
class PartFacts:
    """The facts of one XML part, whatever it is. Only counts and the first places are kept."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    styles: Counter[str] = field(default_factory=Counter)
    sheets: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    struck: set[int] = field(default_factory=set)
    struck_formats: set[str] = field(default_factory=set)
    _fonts: int = 0
    _formats: int = -1

    def note(self, code: str, place: str, count: int = 1) -> None:
        """Count something and remember its first places."""
        self.counts[code] += count
        places = self.places.setdefault(code, [])
        if len(places) < _SHOWN and place not in places:
            places.append(place)

    def cell(self, place: str, attributes: Attributes) -> None:
        """Take a cell."""
        if attributes.get("t") == "e":
            self.errors.append(place)
            self.note("error-cells", place)
        style = attributes.get("s")
        if style and (style in self.styles or len(self.styles) < _MOST_STYLES):
            self.styles[style] += 1

    def sheet(self, attributes: Attributes) -> None:
        """Take the name of a sheet (the workbook's part)."""
        relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        if "name" in attributes and len(self.sheets) < _MOST_STYLES:
            self.sheets[attributes["name"]] = relation

    def relationship(self, attributes: Attributes) -> None:
        """Take the address of another part."""
        if len(self.targets) < _MOST_STYLES:
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def column(self, attributes: Attributes) -> None:
        """Take the format of some columns."""
        if attributes.get("hidden") in _TRUE:
            self.note("hidden-columns", f"column {attributes.get('min', '')[:9]}")

    def drawing(self, _: Attributes) -> None:
        """Take a drawing: pictures, charts or shapes lie on the sheet."""
        self.note("objects", "")

    def font(self, _: Attributes) -> None:
        """Count the fonts, which formats name by their number."""
        self._fonts += 1

    def strike(self, attributes: Attributes) -> None:
        """Take a line through the font that was begun last."""
        if attributes.get("val", "1") in _TRUE:
            self.struck.add(self._fonts - 1)

    def formats(self, _: Attributes) -> None:
        """Begin the formats of cells, which cells name by their number."""
        self._formats = 0

    def end_formats(self, _: Attributes) -> None:
        """What follows are named styles, not the formats of cells."""
        self._formats = -1

    def format(self, attributes: Attributes) -> None:
        """Take a format of cells."""
        if self._formats < 0:
            return
        font = attributes.get("fontId", "0")
        if font.isdecimal() and len(font) < 7 and int(font) in self.struck:  # noqa: PLR2004 - no font has a longer number
            self.struck_formats.add(str(self._formats))
        self._formats += 1


@dataclass(slots=True)
class Facts:
    """The facts of all parts of one workbook."""

    linked: bool = False
    _parts: dict[str, PartFacts] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        """The places of all cells that hold an error such as #DIV/0!."""
        return [place for part in self._parts.values() for place in part.errors]

    def part(self, name: str) -> PartFacts:
        """Begin a part."""
        return self._parts.setdefault(name, PartFacts())

    def merges(self, _sheet: str) -> tuple[Merge, ...]:
        """Answer merged ranges where the reader knows none (OpenDocument)."""
        return ()

    def marks(self, sheet: str) -> tuple[Mark, ...]:
        """Answer what was seen on a sheet."""
        part = self._parts.get(self._address(sheet))
        if part is None:
            return ()
        struck = {style for each in self._parts.values() for style in each.struck_formats}
        crossed = sum(part.styles[style] for style in struck)
        marks = [Mark(code, part.counts[code], tuple(filter(None, part.places[code]))) for code in part.counts]
        return (*marks, Mark("meaningful-formatting", crossed)) if crossed else tuple(marks)

    def _address(self, sheet: str) -> str:
        book = self._parts.get("xl/workbook.xml", PartFacts())
        relations = self._parts.get("xl/_rels/workbook.xml.rels", PartFacts())
        target = relations.targets.get(book.sheets.get(sheet, ""), "")
        return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
