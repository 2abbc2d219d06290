"""The page of a player's part, served to this machine alone by the standard library."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlencode, urlsplit

from kgsim.errors import OutputError
from kgsim.explorer.address import ADDRESS, hosts, refused
from kgsim.explorer.play.page import Table, page, read

#: Nothing is fetched from anywhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'self'"


def opened(table: Table, port: int) -> HTTPServer:
    """Return a server of a player's part that waits for its loop to be started.

    Raises
    ------
    OutputError
        If the port is in use or not allowed.
    """
    try:
        server = HTTPServer((ADDRESS, port), _handler(table))
    except OSError as error:
        raise OutputError(refused(port, error)) from None
    page(table, read("", table))  # solved once before it is asked for
    return server


def serve(table: Table, *, port: int, started: Callable[[str], None]) -> None:
    """Serve until interrupted (SIGINT or SIGTERM); arguments and errors are those of `kgsim.explorer.server.serve`."""
    with opened(table, port) as server, suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        started(f"http://{ADDRESS}:{server.server_port}/")
        server.serve_forever()


def server_port(request: BaseHTTPRequestHandler) -> int:
    """The port that a request came in by."""
    port: int = request.connection.getsockname()[1]
    return port


def _handler(table: Table) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the page of a position, or send to the address of the one that an offer leads to."""
            asked = urlsplit(self.path)
            if self.headers.get("Host", "").lower() not in hosts(server_port(self)):
                self.send_error(403)
            elif asked.path != "/":
                self.send_error(404)
            else:
                found = read(asked.query, table)
                if "move=" in asked.query:
                    self.send_response(303)
                    self.send_header("Location", f"/?{urlencode(found.query(found.picks))}")
                    self.end_headers()
                else:
                    self._send(page(table, found).encode())

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of what is asked."""

    return Handler
