"""The page, driven in a real browser: what moves, what is said, what is fetched, and how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from first_edition import FIRST_EDITION

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("kgsim")), "explore", str(FIRST_EDITION / "bypass.yaml"), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = started("--port", "0", "--axis", "h", "--axis", "A", "--structure", "bypass", "--structure", "parallel")
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        assert address.startswith("http://127.0.0.1:"), process.stderr and process.stderr.read()
        yield process, address
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
def test_a_slider_moved_by_keyboard_changes_the_regime(server, tmp_path):
    """A real browser; `EXPLORER_SCREENSHOT=file.png pytest tests/explorer` keeps what it saw."""
    from playwright.sync_api import sync_playwright

    said, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            headless=True,
            args=list(FLAGS),
            viewport={"width": 1280, "height": 1000},
        )
        page = browser.new_page()
        page.on("console", lambda message: said.append((message.type, message.text)))
        page.on("pageerror", lambda error: said.append(("error", str(error))))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server[1])
        answer = page.locator("[role=status]")
        answer.filter(has_text="bypass deal is the equilibrium outcome").wait_for()
        assert "United States 2.5" in answer.inner_text()

        def focused() -> str:
            """The name and class of what has the keyboard, looked for inside shadow roots too."""
            return page.evaluate(
                "() => {let e = document.activeElement; while (e && e.shadowRoot && e.shadowRoot.activeElement)"
                " e = e.shadowRoot.activeElement; return e ? e.getAttribute('aria-label') + ' ' + e.className : ''}"
            )

        weight = "weight of the ICBM threat to the US homeland"
        page.get_by_role("slider", name=weight, exact=True).wait_for()
        for _ in range(20):
            page.keyboard.press("Tab")
            if f"{weight} noUi-handle" in focused():
                break
        assert "noUi-handle" in focused()
        assert page.get_by_role("tooltip").inner_text().startswith(weight)  # with the reason for its value
        page.keyboard.press("Escape")
        assert page.get_by_role("tooltip").count() == 0
        page.keyboard.press("Home")
        answer.filter(has_text="border calm is the equilibrium outcome").wait_for()
        assert f"{weight} = 20 instead of 50" in answer.inner_text()
        assert "set=h%3D20" in page.url
        assert "--set h=20" in page.locator("code").inner_text()

        times = []
        for _ in range(5):
            before = answer.inner_text()
            begun = time.perf_counter()
            page.keyboard.press("ArrowRight")
            while answer.inner_text() == before:
                assert time.perf_counter() - begun < 20
            times.append(time.perf_counter() - begun)
        print("milliseconds a move:", [round(1000 * each) for each in times])
        assert min(times) < 2.0  # generous: a loaded machine must not fail this; the figure is printed

        page.locator("select").first.select_option(index=1)
        page.wait_for_function("location.search.includes('structure=parallel')")
        page.reload()  # the link holds it all
        answer.filter(has_text=f"{weight} = ").wait_for()
        page.screenshot(path=os.environ.get("EXPLORER_SCREENSHOT", str(tmp_path / "page.png")), full_page=True)
        browser.close()
    assert not [message for message in said if message[0] in ("error", "warning")]
    assert {urlsplit(url.removeprefix("blob:")).netloc for url in asked if not url.startswith("data:")} == {
        urlsplit(server[1]).netloc
    }


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
def test_a_screen_reader_is_told_what_is_what(server):
    from playwright.sync_api import sync_playwright

    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(server[1])
        slider = page.get_by_role("slider", name="weight of the ICBM threat to the US homeland", exact=True)
        slider.wait_for()
        found = axe.run(page).response
        for width in (1920, 768, 400):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(f"document.documentElement.scrollWidth <= {width}", timeout=10_000)
        browser.close()
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]] == []


def test_a_port_in_use_is_told(server):
    port = server[1].rpartition(":")[2].strip("/")
    second = started("--port", port)
    _, error = second.communicate(timeout=60)
    assert second.returncode == 2
    assert f"port {port} is in use" in error and "Traceback" not in error


def test_other_addresses_of_this_machine_do_not_answer(server):
    port = int(server[1].rpartition(":")[2].strip("/"))
    with socket.socket() as client, pytest.raises(OSError):
        client.settimeout(2)
        client.connect(("127.0.0.2", port))


def page_of(address: str, headers: dict[str, str]) -> tuple[int, str]:
    try:
        with urlopen(Request(address, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        return refusal.code, refusal.read().decode()


async def first_word(address: str, token: str, headers: dict[str, str]) -> str:
    """What the page's web socket says first to whoever has the page's token."""
    request = HTTPRequest(address.replace("http://", "ws://") + "ws", headers=headers)
    connection = await websocket_connect(request, subprotocols=["bokeh", token])
    said = await connection.read_message()
    connection.close()
    while await connection.read_message() is not None:
        pass  # until the other side has closed too
    return str(said)


OWN = ("127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}")
FOREIGN = ("rebound.example:{port}", "rebound.example", "127.0.0.1", "127.0.0.1:1", "localhost:{port}.rebound.example")


@pytest.mark.parametrize(("host", "status"), [*((host, 200) for host in OWN), *((host, 403) for host in FOREIGN)])
def test_the_page_answers_to_names_of_this_machine_and_port_alone(server, host, status):
    host = host.format(port=urlsplit(server[1]).port)
    found, text = page_of(server[1], {"Host": host})
    assert found == status
    assert ("bypass" in text) is (status == 200)


@pytest.mark.parametrize("header", ["Host", "Origin"])
@pytest.mark.parametrize(("name", "taken"), [*((name, True) for name in OWN), *((name, False) for name in FOREIGN)])
def test_the_web_socket_is_open_to_pages_of_this_machine_and_port_alone(server, header, name, taken):
    """Name rebinding: a foreign page may hold a token, but its browser names it as host and origin."""
    port = urlsplit(server[1]).port
    token = re.search(r'"token":"([^"]+)"', page_of(server[1], {})[1])
    assert token is not None
    headers = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
    headers[header] = f"{'http://' if header == 'Origin' else ''}{name.format(port=port)}"
    talk = first_word(server[1], token[1], headers)
    if taken:
        assert "ACK" in asyncio.run(talk)
    else:
        with pytest.raises(HTTPClientError, match="403"):
            asyncio.run(talk)


def test_an_interrupt_ends_it_cleanly():
    process = started("--port", "0", "--structure", "bypass")
    assert process.stdout is not None and process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 0 and not error


def test_one_axis_is_not_a_map():
    process = started("--axis", "h")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2 and "give --axis twice" in error
