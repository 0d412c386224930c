"""The public addresses, in one place: pages, files and descriptions all point here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Site:
    """The portal as readers know it. `url` has no slash at its end; `area` is a place as `About.spatial` writes it."""

    url: str
    title: Text = Text("架け橋", "Kakehashi")
    publisher: Text = Text("架け橋運営者", "Kakehashi operator")
    description: Text = Text("行政のオープンデータを探し、使うための場所です。", "Where public data is found and used.")
    email: str = ""
    area: str = ""

    def absolute(self, path: str) -> str:
        """Make a path of this module a full address."""
        return self.url + path


def dataset(slug: str) -> str:
    """The landing page; CKAN clients know the same path."""
    return f"/dataset/{slug}"


def resource(slug: str, name: str) -> str:
    """The page of one resource."""
    return f"/dataset/{slug}/resource/{quote(name, safe='')}"


def data(slug: str, file_name: str) -> str:
    """The current version's clean file."""
    return f"/dataset/{slug}/data/{quote(file_name, safe='')}"


def original(slug: str, file_name: str) -> str:
    """The current version's file as it was uploaded."""
    return f"/dataset/{slug}/original/{quote(file_name, safe='')}"


def receipt(slug: str, resource_name: str) -> str:
    """What was changed in a table of the current version before it was published."""
    return f"/dataset/{slug}/receipt/{quote(resource_name, safe='')}"


def version(slug: str, number: int) -> str:
    """The landing page of one version."""
    return f"/dataset/{slug}/v/{number}"


def series(slug: str) -> str:
    """The page of a series of datasets."""
    return f"/series/{slug}"


def publisher(slug: str) -> str:
    """The page of an organization."""
    return f"/publisher/{slug}"
