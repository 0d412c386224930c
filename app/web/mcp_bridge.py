"""Lets a server of the Model Context Protocol, which is asynchronous, answer requests over WSGI.

One event loop in a thread of each process serves it, started with the first call: a process that forks later has none
of its parent's threads.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import ASGIMiddleware
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mcp.server import Server
    from mcp.server.transport_security import TransportSecuritySettings

# The longest argument is a question in SQL of 16 KiB, of which JSON may spell each sign with six. What is longer keeps
# the one thread that reads messages from all others.
MAX_BODY = 256 * 1024
# Headers whose values the library compares with the body.
_COMPARED = ("HTTP_MCP_METHOD", "HTTP_MCP_NAME", "HTTP_MCP_PROTOCOL_VERSION")


class Bridge:
    """A server and the loop that it runs on, in this process.

    Answers are JSON; with `streams`, those that tell of progress are streams of events.
    """

    def __init__(self, server: Server[Any], security: TransportSecuritySettings, *, streams: bool = False) -> None:
        self.process = os.getpid()
        manager = StreamableHTTPSessionManager(
            app=server,
            json_response=not streams,
            stateless=True,
            security_settings=security,
            max_request_body_size=MAX_BODY,
        )
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="mcp", daemon=True).start()
        asyncio.run_coroutine_threadsafe(_kept_running(manager, started := threading.Event()), loop)
        started.wait()
        self._application = cast("WSGIApplication", ASGIMiddleware(cast("Any", manager.asgi_app), loop=loop))

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request. Blanks around values of headers mean nothing (RFC 9110, 5.5); not all servers drop them."""
        for name in _COMPARED:
            if name in environ:
                environ[name] = environ[name].strip(" \t")
        return self._application(environ, start_response)


class Bridges:
    """Makes the bridge of a process when it is first needed."""

    def __init__(self, make: Callable[[], Bridge]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._bridge: Bridge | None = None

    def get(self) -> Bridge:
        """Answer this process's bridge."""
        with self._lock:
            if self._bridge is None or self._bridge.process != os.getpid():
                self._bridge = self._make()
            return self._bridge


async def _kept_running(manager: StreamableHTTPSessionManager, started: threading.Event) -> None:
    async with manager.run():
        started.set()
        await asyncio.Event().wait()
