"""The explorer as a page of this machine alone."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import panel as pn
from panel.io.server import get_server
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, ErrorHandler

from kgsim.errors import OutputError
from kgsim.explorer.accessibility import tell_readers
from kgsim.explorer.address import ADDRESS, hosts, refused
from kgsim.explorer.maps import html
from kgsim.explorer.page import Explorer, explorer_of
from kgsim.explorer.state import read
from kgsim.explorer.views import Views
from kgsim.explorer.words import about, lost_parts
from kgsim.language import words
from kgsim.language.texts import DEFAULT, told_in
from kgsim.scenario.model import Scenario
from kgsim.scenario.values import ValueSet


def serve(
    scenario: Scenario,
    structures: str | Sequence[str] | None,
    axes: tuple[str, str] | None,
    values: Mapping[str, float],
    *,
    lang: str = DEFAULT,
    presets: Sequence[ValueSet] = (),
    port: int,
    started: Callable[[str], None],
) -> None:
    """Serve until interrupted (SIGINT or SIGTERM).

    Parameters
    ----------
    scenario, structures, axes, values
        As `kgsim.explorer.page.explore` takes them.
    lang
        Language of the page.
    presets
        Sets of values to choose from.
    port
        0 takes a free one.
    started
        Called with the page's address once it can be opened.

    Raises
    ------
    GameError
        As `kgsim.explorer.page.explore`.
    OutputError
        If the port is in use or not allowed.
    """
    views = Views(scenario, structures)
    # Made once before serving, so that what is wrong is said here and not on the page.
    explorer_of(scenario, structures, axes, values, views)

    told, said = told_in(scenario, lang), words(lang)
    texts = {name: about(told, each, said) for name, each in told.parameters.items()}

    def session() -> Any:
        if pn.state.curdoc is not None:
            tell_readers(pn.state.curdoc, texts, lang)
        state, lost = read(pn.state.location.search if pn.state.location is not None else "", views)
        make = partial(Explorer, lang=lang, presets=presets, state=state)
        explorer = explorer_of(scenario, structures, axes, values, views, make)
        return pn.Column(html(lost_parts(lost, said)), explorer, sizing_mode="stretch_width") if lost else explorer

    try:
        server = get_server(
            session,
            port=port,
            address=ADDRESS,
            title=f"kgsim: {told.title}",
            show=False,
            start=False,
            verbose=False,
        )
        _guard(server)
    except OSError as error:
        raise OutputError(refused(port, error)) from None
    loop = server.io_loop
    signal.signal(signal.SIGTERM, lambda *_: loop.add_callback_from_signal(loop.stop))
    server.start()
    loop.add_callback(started, f"http://{ADDRESS}:{server.port}/")
    try:
        loop.start()
    finally:
        server.stop()
        pn.state.kill_all_servers()


def _guard(server: Any) -> None:
    """Answer only requests that name this machine and port, from pages of this machine and port."""
    own = hosts(server.port)
    origins = {f"http://{host}" for host in own}
    server._tornado.websocket_origins.update(own)
    application: Application = server._tornado
    find = application.find_handler

    def find_handler(request: HTTPServerRequest, **options: Any) -> Any:
        origin = request.headers.get("Origin")
        if request.host.lower() in own and (origin is None or origin.lower() in origins):
            return find(request, **options)
        return application.get_handler_delegate(request, ErrorHandler, {"status_code": 403})

    application.find_handler = find_handler  # type: ignore[method-assign]
