from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from cjmine.domain.results import Run
from cjmine.report.html import render
from tests.conftest import need

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")

SAID: list[str] = []
ASKED: list[str] = []


@pytest.fixture(scope="module")
def page(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    need(find_spec("playwright"), "playwright is not installed")
    need(CHROMIUM.exists(), f"no Chromium at {CHROMIUM}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be missing

    path = tmp_path_factory.mktemp("browser") / "report.html"
    path.write_text(render(run), encoding="utf-8")
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        SAID.clear()
        ASKED.clear()
        page.on("console", lambda message: SAID.append(message.text))
        page.on("pageerror", lambda error: SAID.append(str(error)))
        page.on("request", lambda request: ASKED.append(request.url))
        page.goto(path.as_uri())
        yield page
        browser.close()


def test_it_opens_without_errors_and_loads_nothing_else(page: Page) -> None:
    assert SAID == []
    assert [url for url in ASKED if not url.startswith("data:")] == [page.url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_sideways_scrolling_of_the_page(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")


def test_a_finding_opens_with_the_keyboard(page: Page) -> None:
    story = page.locator("#findings details.evidence").first
    table = story.locator("table")
    assert not table.is_visible()
    story.locator("summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Enter")
    assert not table.is_visible()


def test_examples_can_be_filtered(page: Page, run: Run) -> None:
    customer = run.findings["customer_id"][0]
    page.locator("#asked").fill(customer)
    shown = page.locator("details.evidence:not([hidden])")
    assert 0 < shown.count() < page.locator("details.evidence").count()
    assert all(customer in text for text in shown.all_text_contents())
    page.locator("#asked").fill("")
    assert page.locator("details.evidence[hidden]").count() == 0


def test_the_first_key_press_offers_to_skip(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    faint = page.evaluate(
        """() => {
          const light = (rgb) => rgb.map((v) => v / 255)
            .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const parse = (text) => text.match(/[\\d.]+/g).map(Number);
          const ground = (one) => {
            for (let e = one; e; e = e.parentElement) {
              const c = parse(getComputedStyle(e).backgroundColor);
              if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll("body *:not(svg *)")]
            .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.offsetParent)
            .filter((e) => {
              const pair = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(ground(e))];
              const [a, b] = pair.sort((x, y) => x - y);
              return (b + 0.05) / (a + 0.05) < 4.5;
            }).map((e) => e.outerHTML.slice(0, 80));
        }"""
    )
    assert faint == []
