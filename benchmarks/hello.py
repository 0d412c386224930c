"""The peer of `serve.py`: the least that Flask can do, under the same server and on the same machine."""

from __future__ import annotations

import os

from flask import Flask, Response, send_file

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Answer a constant."""
    return "hello"


@app.get("/file")
def file() -> Response:
    """Send the file that the benchmark names."""
    return send_file(os.environ["HELLO_FILE"], mimetype="text/csv", conditional=True)
