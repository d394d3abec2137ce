"""benchmarks/fuzz.py, a seeded part of it: no damaged or rare file ends in a bug, hangs or fills the memory."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from soracli import media
from soracli.errors import MediaError

COUNT = 300  # mutations, each through decoding, `info` and `verify`
RARE = 120


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    return importlib.import_module("fuzz")


def test_no_mutation_ends_in_a_bug(fuzz: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """limits.py gives each a process of its own, with 2 GB of memory and 20 s of the processor."""
    told = fuzz.fuzz(COUNT)
    assert told.startswith(f"{COUNT} damaged files: 0 crash, 0 hang"), capsys.readouterr().out


def test_mutations_are_the_same_again(fuzz: ModuleType, tmp_path: Path) -> None:
    files = [path.read_bytes() for path in fuzz.seeds(tmp_path)]
    for number in range(12):
        assert fuzz.damaged(files, number) == fuzz.damaged(files, number)
        assert fuzz.elements.mutated(files, number) == fuzz.elements.mutated(files, number)


def test_elements_are_found_and_put_back(fuzz: ModuleType, tmp_path: Path) -> None:
    """Of every container that is taken apart: what tells times, colours and tracks, at any depth."""
    wanted = {
        "late.mov": {"elst", "stts", "tkhd", "mdhd", "hdlr", "stsd"}, "pieces.mp4": {"tfdt", "trun"},
        "live.mkv": {"2ad7b1", "ae", "e0", "e7"}, "seed.webp": {"ANMF", "ANIM", "VP8X"},
        "animated.png": {"acTL", "fcTL", "IHDR"}, "seed.gif": {"control", "application"}, "seed.jpg": {"db", "c0"},
        "seed.tiff": {"256", "273"}, "seed.avi": {"avih", "strh", "strf"}, "moving.avif": {"stts", "ispe"},
    }  # fmt: skip
    made = {path.name: path.read_bytes() for path in fuzz.seeds(tmp_path)}
    for name, names in wanted.items():
        if name not in made:
            continue
        data, found = made[name], fuzz.elements.parse(made[name])
        assert names <= {one.name for one in found.elements}, name
        for one in found.elements:
            whole = data[one.start : one.tail]
            assert fuzz.elements._replaced(data, found, one, whole) == data, (name, one.name)


def test_a_repeated_element_leaves_the_rest_sound(fuzz: ModuleType, tmp_path: Path) -> None:
    """Sizes of parents and checksums are set right: a picture with a chunk twice, or with a longer one, still opens."""
    data = next(path for path in fuzz.seeds(tmp_path) if path.name == "seed.png").read_bytes()
    found = fuzz.elements.parse(data)
    text = next(one for one in found.elements if one.name not in ("IHDR", "IDAT", "IEND"))
    head = data[text.start : text.body]
    for new, known in ((data[text.start : text.end] * 2, b""), (head + data[text.body : text.tail] + b"x", head)):
        (tmp_path / "a.png").write_bytes(fuzz.elements._replaced(data, found, text, new, known))
        assert len(media.read(tmp_path / "a.png").frames) == 1


def test_what_info_says_of_a_rare_file_is_what_is_read(fuzz: ModuleType, tmp_path: Path) -> None:
    """Uneven and negative times, delays, turned pictures, tags, tracks: sizes, counts and rates agree."""
    read = 0
    for number in range(RARE):
        name, data = fuzz.strange.strange(number)
        path = tmp_path / name
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            clip, told = _read(path)
        if clip is not None and told is not None:
            frames = clip.frames
            assert (told.frames, told.height, told.width, told.fps or 1) == (*frames.shape[:3], clip.fps), name
            read += 1
    assert read > 0.85 * RARE


def _read(path: Path) -> tuple[Any, Any]:
    """(clip, info) of a rare file, or nothing where it is refused for what it is, and not as damaged."""
    try:
        return media.read_source(path).clip, media.info(path)
    except MediaError as error:
        if error.code not in ("no_codec", "too_long", "unknown_range", "no_frames", "unreadable") or "damaged" in str(
            error
        ):
            raise
        return None, None


def test_every_fault_has_a_test_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/faults.md, whose rows `benchmarks/faults.py` runs."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    faults = importlib.import_module("faults")
    rows = faults.rows()
    assert len(rows) == sum(faults.LISTS.values())
    assert faults.missing([test for _, tests in rows.values() for test in tests]) == []
    assert faults.missing(["test_fuzz.py::test_of_nothing"]) == ["test_fuzz.py::test_of_nothing"]
