"""Plans before a render: rates that were measured, memory, and a command that would fit."""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import Sora

from soracli.resources import calibrate, estimate
from soracli.system import machine
from soracli.system.machine import Rates
from soracli.types import Geometry, SamplingOptions
from soracli.weights import manifest

CARD = manifest.card("spark")


@pytest.fixture(autouse=True)
def cache(sora: Sora) -> Path:
    """Where rates are kept; it does not exist yet."""
    return Path(os.environ["XDG_CACHE_HOME"]) / "soracli" / "machine.json"


def planned(width: int = 256, height: int = 256, seconds: int = 4, threads: int | None = 1) -> estimate.Plan:
    options = replace(SamplingOptions.of(CARD), width=width, height=height, seconds=Fraction(seconds))
    geometry = Geometry.snap(options, CARD.stride, CARD.limits["side"])
    return estimate.estimate(CARD, options, geometry, [geometry.latent[0]], threads)


# --- rates ------------------------------------------------------------------------------------------------------------


def test_rates_are_kept_by_number_of_threads(cache: Path) -> None:
    assert machine.rates(2) == Rates().times(2)  # a guess
    found = Rates(products=1e9, attention=2e9, convolutions=3e9, scaling=1e6, saving=2e6, start=9, measured="today")
    assert machine.keep_rates(found, 2) == cache
    assert machine.rates(2) == found
    assert machine.rates(4) == found.times(2)
    assert machine.rates(4).saving == found.saving
    machine.keep_rates(replace(found, start=1), 4)
    assert (machine.rates(2).start, machine.rates(4).start) == (9, 1)
    assert machine.rates(None).measured == ""


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cpu": 1}', '{"cpu": "CPU", "rates": {"1": {"products": 0}}}', '{"cpu": "CPU", "rates": 3}']
)
def test_damaged_rates_are_a_guess(cache: Path, text: str) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text(text.replace("CPU", machine.cpu()))
    assert machine.rates(1) == Rates()


def test_rates_of_another_machine_are_not_taken(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text(json.dumps({"cpu": "another", "rates": {"1": asdict(Rates(start=99))}}))
    assert machine.rates(1) == Rates()


def test_calibration(sora: Sora, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rate is measured and is positive; the next plan uses them and says so."""
    monkeypatch.setattr(calibrate, "ENOUGH", 0.002)
    monkeypatch.setattr(calibrate, "_start", lambda threads: 2.5)
    ran = sora("doctor", "--calibrate", "--threads", "1", "--json")
    data = json.loads(ran.out)["data"]
    assert data["path"] == str(cache)
    assert all(data["cpu"][name] > 1e5 for name in ("products", "attention", "convolutions", "scaling", "saving"))
    assert data["cpu"]["start"] == 2.5
    text = sora("generate", "a dog", "--dry-run", "--threads", "1", "--device", "cpu").text
    assert re.search(r"^time +about [\d.]+ s \(rates measured \d{4}-\d\d-\d\d\)$", text, re.M)
    assert "a guess" in sora("generate", "a dog", "--dry-run", "--device", "cuda").text


# --- seconds and memory -----------------------------------------------------------------------------------------------


def test_seconds_follow_the_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rate has its share; with infinite rates only the start remains."""
    fast = Rates(1e30, 1e30, 1e30, 1e30, 1e30, 2.0)
    monkeypatch.setattr(machine, "rates", lambda threads: fast)
    assert planned().seconds == pytest.approx(2)
    for name in ("products", "attention", "convolutions", "saving", "scaling"):
        slow = replace(fast, **{name: 1e6})
        monkeypatch.setattr(machine, "rates", lambda threads, slow=slow: slow)
        assert planned(512, 512).seconds > 4, name
    monkeypatch.setattr(machine, "rates", lambda threads: replace(fast, scaling=1e6))
    assert planned(512, 512).seconds - 2 == pytest.approx(10 * (planned().seconds - 2))  # 256 lines are not scaled


def test_memory_grows_with_what_is_held() -> None:
    small, large = planned().peak_bytes, planned(1280, 720).peak_bytes
    assert small < large
    options = replace(SamplingOptions.of(CARD), seconds=Fraction(60))
    geometry = Geometry.snap(options, CARD.stride, CARD.limits["side"])
    long = estimate.estimate(CARD, options, geometry, [8] * 20, 1)
    assert long.peak_bytes == planned().peak_bytes  # painted and written window by window
    held = estimate.estimate(CARD, options, geometry, [8] * 20, 1, given=True)
    assert held.peak_bytes > long.peak_bytes + options.frames * 256 * 256 * 3
    assert planned(threads=None).peak_bytes == 0


def test_pictures_are_enlarged_by_a_network_and_clips_are_not(sora: Sora) -> None:
    """The plan says so, counts it, and a file says by which weights."""

    def dry(*arguments: str) -> dict[str, Any]:
        ran = sora(*arguments, "--dry-run", "--json", "--device", "cpu", "--threads", "1", "--steps", "1")
        return dict(json.loads(ran.out)["data"])

    small, large = dry("image", "a dog", "-s", "256x256"), dry("image", "a dog", "-s", "1024x1024")
    note = "this model paints pictures of 256 lines; painting 256x256, enlarged to 1024x1024"
    assert large["notes"] == [f"{note}, as sora enhance does."]
    assert len(large["enlarged"]) == len(large["weights"])
    assert "enlarged" not in small
    assert large["plan"]["peak_memory_bytes"] > small["plan"]["peak_memory_bytes"] + 80_000_000
    clip = dry("generate", "a dog", "-s", "1024x1024", "-d", "1s")
    assert (clip["notes"], "enlarged" in clip) == ([f"{note}."], False)
    assert [*estimate._doublings(Geometry(1, 256, 256, Fraction(16), (8, 32, 32), (1, 700, 600), (256, 219)))] == [
        512 * 438, 1024 * 876
    ]  # fmt: skip


# --- what does not fit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "flags"), [(900_000_000, ()), (750_000_000, ("--fps", "8"))])
def test_a_request_that_is_too_large_names_one_that_fits(
    sora: Sora, monkeypatch: pytest.MonkeyPatch, limit: int, flags: tuple[str, ...]
) -> None:
    """The command in the message is run as it stands, and its plan is within the limit."""
    monkeypatch.setattr(machine, "memory", lambda: (limit, limit))
    ran = sora("generate", "a dog's day", "-s", "1920x1080", "-d", "20s", "--device", "cpu", *flags)
    assert ran.code == 6
    assert "1920x1080 for 20s: needs about " in ran.err
    assert f" of memory, {limit // 10**6} MB is free; this would fit: sora generate " in ran.err
    command = shlex.split(ran.err.partition("this would fit: ")[2])
    again = sora(*command[1:], *flags, "--device", "cpu", "--dry-run", "--json")
    data = json.loads(again.out)["data"]
    assert data["prompt"] == "a dog's day"
    assert 0 < data["plan"]["peak_memory_bytes"] <= limit
    assert data["width"] / data["height"] == pytest.approx(16 / 9, rel=0.02)


def test_max_memory_is_a_limit(sora: Sora) -> None:
    ran = sora("generate", "a dog", "-s", "1280x720", "-d", "8s", "--device", "cpu", "--max-memory", "0.9G", "--json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["code"]) == (6, "memory")
    assert "--max-memory allows 900 MB; this would fit: sora generate 'a dog' -s " in error["message"]


def test_a_dry_run_says_what_would_fit(sora: Sora) -> None:
    request = ("generate", "a dog", "-s", "1280x720", "-d", "8s", "--device", "cpu", "--dry-run")
    ran = sora(*request, "--max-memory", "0.9G")
    assert ran.code == 0
    assert "\nfits      no: needs about " in ran.text
    assert " of memory, --max-memory allows 900 MB; this would fit: sora generate 'a dog' -s " in ran.text
    told = json.loads(sora(*request, "--max-memory", "0.9G", "--json").out)["data"]["plan"]
    assert (told["fits"], told["shortage"]) == (False, ran.text.partition("fits      no: ")[2].splitlines()[0])
    enough = json.loads(sora(*request, "--max-memory", "4G", "--json").out)["data"]["plan"]
    assert enough["fits"] == (machine.memory()[1] > enough["peak_memory_bytes"])
    assert ("shortage" in enough) is not enough["fits"]


def test_lengths_of_time() -> None:
    from soracli import formatting

    assert [formatting.duration(s) for s in (3.21, 21, 240, 5 * 3600)] == ["3.2 s", "21 s", "4 min", "5 h"]


def test_nothing_may_fit(sora: Sora) -> None:
    ran = sora("image", "a dog", "--max-memory", "10M", "--device", "cpu")
    assert (ran.code, ran.err.count("\n")) == (6, 1)
    start, _, least = ran.err.rstrip("\n").rpartition("the least that model 'spark' can do with is ")
    assert start.endswith("--max-memory allows 10 MB; ")
    from soracli.options import parse

    small = json.loads(sora("image", "a dog", "-s", "64x64", "--device", "cpu", "--dry-run", "--json").out)["data"]
    assert 0.9 * parse.memory(least.replace(" ", "")) < small["plan"]["peak_memory_bytes"]
    assert small["plan"]["peak_memory_bytes"] <= parse.memory(least.replace(" ", ""))


def test_a_machine_may_be_too_small(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: (10**7, 10**7))
    ran = sora("image", "a dog", "--device", "cpu")
    assert ran.code == 6
    assert ran.err.endswith(" of memory, 10 MB is free; close other programs, or use a machine with more\n")


def test_a_source_is_not_cut(sora: Sora, clip: Any) -> None:
    from soracli import media

    with media.Writer("a.mp4", 48, 32, clip.fps) as writer:
        writer.add(clip.frames)
    engine = ("--engine", "model", "--by", "8f")
    ran = sora("extend", "a.mp4", *engine, "--max-memory", "10M", "--device", "cpu", "-s", "256x256")
    assert (ran.code, ran.err.rpartition("; ")[2]) == (6, "cut out a part of the clip, or make it smaller first\n")


@pytest.mark.parametrize("text", ["lots", "-1G", "0", "6X", ""])
def test_bad_max_memory(sora: Sora, text: str) -> None:
    ran = sora("generate", "x", "--max-memory", text, "--dry-run")
    assert ran.code == 2
    assert f"--max-memory {text}: must be a size such as 6G or 800M" in ran.err


def test_sizes_of_memory() -> None:
    from soracli.options import parse

    assert [parse.memory(text) for text in ("6G", "800M", "1.5GB", "2GiB", "1000000000")] == [
        6 * 10**9, 8 * 10**8, 15 * 10**8, 2 * 10**9, 10**9
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("a \U0001f415 runs on a beach", 0), ("a \u0441\u043e\u0431\u0430\u043a\u0430 runs on a beach", 1)],
)
def test_words_of_another_language_are_said_once(sora: Sora, prompt: str, count: int) -> None:
    """Where a prompt is read into a scene pictographs are read as what they show."""
    notes = json.loads(sora("generate", prompt, "--dry-run", "--json").out)["data"]["notes"]
    assert sum("English" in note for note in notes) == count
