"""The one address that pages are served at, and what is said where it cannot be opened."""

from __future__ import annotations

import errno

#: Other machines cannot reach it.
ADDRESS = "127.0.0.1"

#: What this machine calls itself.
NAMES = (ADDRESS, "localhost")


def hosts(port: int) -> set[str]:
    """What a request may name as its host: this machine and port.

    The browser of whoever looks at a page visits other pages too, and one of these may have given its own name this
    machine's address (name rebinding): its requests come from here and name that page as `Host` and `Origin`.
    """
    return {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())


def refused(port: int, error: OSError) -> str:
    """Why a port cannot be opened, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use on this machine: give another one, or --port 0 for any that is free"
    if error.errno == errno.EACCES:
        return f"this user may not open port {port}: give one above 1023, or --port 0 for any that is free"
    return f"cannot open port {port}: {error.strerror}"
