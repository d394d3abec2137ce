"""The page of `sora serve --http` in a browser: a prompt becomes a playing video, the scene can be dragged, work goes
on over a reload and stops when it is cancelled.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import served

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 300_000  # milliseconds
WHY = "needs playwright, and Chromium on the PATH"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason=WHY)]


@pytest.fixture(scope="module")
def url(config_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with model `tiny`, in a process of its own."""
    for name in ("starlette", "uvicorn", "python_multipart", "playwright"):
        pytest.importorskip(name, reason=WHY)
    with served(tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture(scope="module")
def page(url: str) -> Iterator[Any]:
    """The page. Whatever the browser complains of (a script's error, a rule of the page that was broken) fails."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(url)
        yield page
        assert complaints == []
        browser.close()


def typed(page: Any, prompt: str, seconds: str = "0.5") -> None:
    for label, text in (("Prompt", prompt), ("Size", "64x64"), ("Seconds", seconds), ("Seed", "3")):
        page.get_by_label(label, exact=True).fill(text)


def test_a_prompt_becomes_a_playing_video(page: Any) -> None:
    assert page.get_by_text("Nothing made yet").is_visible()
    typed(page, "a dog walks")
    page.get_by_role("button", name="Make the video").click()
    made = page.locator("article").first
    page.locator('article[data-state="completed"]').first.wait_for()
    video = made.locator("video")
    video.evaluate("video => video.play()")
    page.wait_for_function("() => document.querySelector('article video').currentTime > 0.1")
    assert video.evaluate("video => [video.videoWidth, video.error]") == [64, None]
    assert "tiny · 64x64 · 0.5 s · seed 3" in made.inner_text()
    made.get_by_role("button", name="Recipe").click()
    made.locator("dd").first.wait_for()
    assert made.locator("dd").first.inner_text() == "generate"
    made.get_by_role("button", name="Replay").click()
    page.wait_for_function("""() => document.querySelectorAll('article[data-state="completed"]').length === 2""")
    assert page.locator("article").first.inner_text().startswith("a dog walks")


def test_the_scene_is_a_strip_that_can_be_dragged(page: Any) -> None:
    typed(page, "a dog walks to the right across a meadow", "2")
    page.get_by_role("button", name="Show the scene first").click()
    page.get_by_text("of 2.0 s").wait_for()
    shown = "() => new Set(document.getElementById('film').getContext('2d').getImageData(0, 0, 300, 100).data).size"
    assert page.evaluate(shown) > 8  # a canvas that is one colour has 2 values at most
    strip = page.get_by_role("slider", name="Moment of the scene")
    box = strip.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20, steps=3)
    page.mouse.up()
    assert strip.get_attribute("aria-valuetext") == "1.5 seconds"
    assert 1.4 < page.evaluate("() => document.getElementById('stage').currentTime") < 1.6
    strip.press("ArrowLeft")
    assert strip.get_attribute("aria-valuetext") == "1.4 seconds"


def test_work_goes_on_over_a_reload_and_can_be_cancelled(page: Any, url: str) -> None:
    body = {"prompt": "a long one", "size": "256x256", "seconds": "2", "steps": "1000"}
    made = page.request.post(f"{url}/v1/videos", data=body).json()
    page.reload()
    bar = page.locator(f"#{made['id']} progress")
    bar.wait_for()
    moved = f"() => document.querySelector('#{made['id']} progress').value > 8"
    page.wait_for_function(moved)
    page.reload()
    page.wait_for_function(f"() => document.querySelector('#{made['id']} progress')?.value > 8")
    page.locator(f"#{made['id']}").get_by_role("button", name="Cancel").click()
    bar.wait_for(state="detached")
    assert page.request.get(f"{url}/v1/videos/{made['id']}").status == 404
    assert (
        page.get_by_label("Prompt", exact=True).input_value().startswith("a dog walks")
    )  # what was typed is there yet


def test_it_can_be_used_without_a_mouse_and_on_a_phone(page: Any) -> None:
    names = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea, a, [role=slider]')].filter(one =>
        !one.closest('[hidden], dialog') && !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
        .map(one => one.outerHTML)"""
    )
    assert names == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
