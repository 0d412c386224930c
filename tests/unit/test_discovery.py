"""What robots are told."""

from __future__ import annotations

from pathlib import Path

from protego import Protego

from tests.factories import make_portal


def test_signals_to_machines_change_nothing_of_what_robots_may_fetch(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    said = portal.client().get("/robots.txt").text
    portal.close()
    silent = "\n".join(line for line in said.splitlines() if not line.startswith("Content-"))
    for path in ("/", "/dataset/x", "/sign-in", "/upload", "/submission/1"):
        address = f"http://127.0.0.1:8000{path}"
        allowed = Protego.parse(said).can_fetch(address, "GPTBot")
        assert allowed == Protego.parse(silent).can_fetch(address, "GPTBot") == (path in {"/", "/dataset/x"})
    assert list(Protego.parse(said).sitemaps) == ["http://127.0.0.1:8000/sitemap.xml"]
    assert "Content-Signal: search=yes, ai-input=yes, ai-train=yes" in said
