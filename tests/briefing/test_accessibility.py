"""The page in a real browser: read by everyone, from the keyboard, on a narrow screen, and without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from kgsim.briefing import as_html
from kgsim.briefing.compose import compose

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["en", "ko"])
def place(request, bypass, tmp_path_factory) -> str:
    """A briefing's address, in each language, with a banner, a figure and every section without one."""
    document = compose(bypass, lang=request.param, classification="FOR EXERCISE ONLY")
    last = max(document.pictures, key=lambda picture: picture.name == "worth")

    def without(blocks: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(block for block in blocks if block not in document.pictures or block == last)

    sections = tuple(replace(section, blocks=without(section.blocks)) for section in document.sections)
    path = tmp_path_factory.mktemp("brief") / f"brief-{request.param}.html"
    path.write_bytes(as_html.render(replace(document, sections=sections)))
    return path.as_uri()


@pytest.fixture
def page(browser, place) -> Iterator[Any]:
    """The page, opened; whatever it asks for or complains of fails the test."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: said.append(request.url) if not request.url.startswith("data:") else None)
    opened.goto(place)
    yield opened
    context.close()
    assert said == [place]


def test_axe_finds_nothing_to_object_to(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).response
    assert len(found["passes"]) >= 20, "it has looked"
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]] == []
    assert [each["id"] for each in found["incomplete"]] == []


def test_the_page_says_what_it_is_made_of(page):
    """By hand, for machines without axe: language, landmarks, headings, alternative texts and heads of tables."""
    assert page.evaluate("document.documentElement.lang") in ("en", "ko") and page.title()
    assert (
        page.evaluate("['header', 'main', 'nav', 'footer'].map(each => document.querySelectorAll(each).length)")
        == [1] * 4
    )
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(page.evaluate("[...document.images].map(each => each.alt.length > 20 && each.naturalWidth > 600)"))
    assert page.evaluate("document.images.length") == 1
    heads = "[...document.querySelectorAll('table')].map(each => each.querySelectorAll('thead th[scope=col]').length)"
    assert min(page.evaluate(heads)) > 1
    assert "front deal" in page.inner_text(".headline")


def test_the_keyboard_reaches_the_content(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "shown while it has the keyboard"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_no_word_in_a_table_is_broken(page):
    broken = """[...document.querySelectorAll('th, td')].filter(each => {
        const range = document.createRange()
        range.selectNodeContents(each)
        return !/[\\s-]/.test(each.textContent.trim()) && range.getClientRects().length > 1
    }).map(each => each.textContent)"""
    assert page.evaluate(broken) == []


def test_a_narrow_screen_scrolls_one_way_only(page):
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
