"""The entry of WSGI servers: `gunicorn wsgi:app`."""

from __future__ import annotations

from app import create_app
from app.web.keeping import keep_counting

app = create_app()
keep_counting(app)
