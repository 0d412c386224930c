"""Which names the server for agents answers to, and which sites' pages may call it (DNS rebinding, CORS)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from mcp.server.transport_security import TransportSecuritySettings

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SCHEMES = ("http", "https")
# What a page may send, and what it may see of an answer.
SENT = "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id"
SEEN = "RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate"


@dataclass(frozen=True, slots=True)
class Origins:
    """The portal's own, this machine's, and those of the setting."""

    hosts: tuple[str, ...]
    named: tuple[str, ...]

    def allows(self, origin: str) -> bool:
        """Say whether pages of an origin may call."""
        start, _, port = origin.rpartition(":")
        return (origin in self.named and port != "*") or (port.isdecimal() and f"{start}:*" in self.named)

    def security(self) -> TransportSecuritySettings:
        """Say the same in the library's words."""
        return TransportSecuritySettings(allowed_hosts=list(self.hosts), allowed_origins=list(self.named))


def origins_of(url: str, more: tuple[str, ...]) -> Origins:
    """Answer those of a portal at `url`, and more that are named."""
    own = urlsplit(url)
    local = [host for name in LOOPBACK for host in (name, f"{name}:*")]
    named = [f"{own.scheme}://{own.netloc}".lower(), *(f"{scheme}://{host}" for scheme in _SCHEMES for host in local)]
    return Origins((own.netloc.lower(), *local), (*named, *more))
