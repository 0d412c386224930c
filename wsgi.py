"""The entry of WSGI servers: `gunicorn wsgi:app`."""

from __future__ import annotations

import gc
import sys
import threading

from app import create_app
from app.agents.tokens import count
from app.search.analysis import prepare
from app.web.keeping import keep_counting

app = create_app()
keep_counting(app)


def _prepare() -> None:
    """Read the dictionary and the tokenizer's table, a second each: beside the first requests, not in a question."""
    prepare()
    count("")


threading.Thread(target=_prepare, daemon=True).start()
# A short answer does not wait 5 ms, as threads do unless told, for one that is long to make.
sys.setswitchinterval(0.0005)
# What is loaded by now stays: looking it through again and again would hold requests up for a tenth of a second.
gc.collect()
gc.freeze()
# Answers go as soon as they are sent. Looking for what does not go by itself after each 700 new objects, as Python does
# unless told, is a twentieth of a search's work.
gc.set_threshold(10_000)
