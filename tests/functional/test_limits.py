"""Numbers and texts of strangers meet their limits before any work, memory or time is spent on them."""

from __future__ import annotations

import dataclasses
import json
import os
import struct
import time
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from conftest import Sora
from PIL import Image
from safetensors.numpy import save_file

from soracli import media
from soracli.commands import batch, compare
from soracli.errors import MediaError, SoraError, UsageError, WeightsError
from soracli.media.gif import delays
from soracli.media.source import parse_recipe, stated_rate
from soracli.models.common import single_file
from soracli.options import calls, parse, recipes, settings
from soracli.pipeline import sources, task_specs
from soracli.safety import deobfuscate, policy
from soracli.scenes import edits
from soracli.system import machine, parsing
from soracli.weights import manifest

DEEP = "[" * 100_000
HUGE = ["1e999999999", "1e30000000", "1/0", "0", "-1", "nan", "inf", "1e3", "9" * 40, "1/1e9", "", "٣", "24 "]


def spent(clock: float) -> float:
    """Seconds of the processor."""
    return time.process_time() - clock


# --- rates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", [*HUGE, 24, 1.5, None, True, [24], {"a": 1}])
def test_a_rate_that_cannot_be_meant_is_none(sora: Sora, stated: Any) -> None:
    """Of 226 bytes that end no verb: the rate of the pictures themselves counts."""
    assert stated_rate(stated) is None
    pictures = [Image.new("RGB", (16, 16), (i * 40, 0, 0)) for i in range(3)]
    comment = json.dumps({"fps": stated}).encode()
    pictures[0].save("f.gif", save_all=True, append_images=pictures[1:], duration=100, comment=comment)
    clock = time.process_time()
    found = media.info("f.gif")
    assert (found.frames, found.fps, len(media.read("f.gif").frames)) == (3, 10, 3)
    Path("fr").mkdir()
    pictures[0].save("fr/frame-00000.png")
    Path("fr/recipe.json").write_text(json.dumps({"frames": 1, "fps": stated, "recipe": None}))
    with pytest.raises(MediaError, match="is not a recipe"):
        media.info("fr")
    assert spent(clock) < 5


@pytest.mark.parametrize(
    ("text", "rate"), [("24", 24), ("30000/1001", Fraction(30000, 1001)), ("23.976", Fraction("23.976"))]
)
def test_rates_that_we_write_are_read(text: str, rate: Fraction) -> None:
    assert stated_rate(text) == rate


# --- pictures that move -----------------------------------------------------------------------------------------------


def gif(count: int, width: int, height: int, delay: int = 5, *, timed: bool = True) -> bytes:
    """Pictures of one pixel on a canvas."""
    out = bytearray(b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff")
    for _ in range(count):
        out += b"!\xf9\x04" + struct.pack("<BHB", 0, delay, 0) + b"\0" if timed else b""
        out += b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return bytes(out + b";")


def test_an_animation_is_counted_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "f.gif"
    path.write_bytes(gif(2000, 8000, 8000))
    clock = time.process_time()
    for read in (media.info, media.read, media.read_source):
        with pytest.raises(MediaError, match="over 8 GB when decoded"):
            read(path)
    path.write_bytes(gif(300_000, 1, 1))
    with pytest.raises(MediaError, match="more than 200,000 pictures"):
        media.info(path)
    assert spent(clock) < 20


def test_pages_that_share_a_strip_are_no_frames(tmp_path: Path) -> None:
    strip = zlib.compress(bytes(1000 * 8000), 9)
    out = bytearray(b"II*\0" + struct.pack("<I", 0))
    start = len(out)
    out += strip + b"\0" * (len(strip) % 2)
    tags = [(256, 4, 8000), (257, 4, 8000), (258, 3, 1), (259, 3, 8), (262, 3, 1), (273, 4, start), (277, 3, 1),
            (278, 4, 8000), (279, 4, len(strip))]  # fmt: skip
    last = 4
    for _ in range(700):
        struct.pack_into("<I", out, last, len(out))
        out += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, kind, 1, v) for t, kind, v in tags)
        last = len(out)
        out += struct.pack("<I", 0)
    (tmp_path / "f.tif").write_bytes(out)
    clock = time.process_time()
    found = media.info(tmp_path / "f.tif")
    assert (found.frames, found.notes) == (1, ("holds 700 pictures; the first is used",))
    assert spent(clock) < 5


def test_delays_are_those_that_pillow_reads(tmp_path: Path) -> None:
    path = tmp_path / "f.gif"
    pictures = [Image.fromarray(np.random.default_rng(i).integers(0, 256, (16, 16, 3), np.uint8)) for i in range(5)]
    times = [20, 100, 50, 1000, 70]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=times, comment=b"x" * 700)
    assert [10 * delay for delay in delays(path)] == times
    found = []
    with Image.open(path) as image:
        for i in range(image.n_frames):
            image.seek(i)
            found.append(image.info["duration"])
    assert found == times
    whole = path.read_bytes()
    for length in (0, 5, 13, 40, 900, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert len(delays(path)) <= 5
    path.write_bytes(gif(3, 2, 2, timed=False))
    assert delays(path) == [0, 0, 0]
    assert media.info(path).fps == 10


# --- prompts ----------------------------------------------------------------------------------------------------------

LONG = ["a" * 19_990, "1" * 19_990, "@" * 19_990, "_" * 19_990, "a-" * 9990, "a1" * 9990, "a b " * 4990, "n " * 9990,
        "a!" * 9990, "naked-" * 3300, "裸" * 6000, "aa-" * 6600, "1a!-" * 4990, "é" * 9990, "㌖" * 1100]  # fmt: skip


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:4])
def test_a_legal_prompt_holds_the_policy_for_no_time(text: str) -> None:
    clock = time.process_time()
    policy.load().by_words(parse.clean_text(text, "PROMPT"))
    assert spent(clock) < 2


def test_a_prompt_is_as_long_as_it_is_written_out() -> None:
    with pytest.raises(UsageError, match="when its compatibility letters are written out"):
        parse.clean_text("㌖" * 6600, "PROMPT")
    assert parse.clean_text("ａ dog ①", "PROMPT") == "ａ dog ①"


@pytest.mark.parametrize("hidden", ["\u3164", "\u2800", "\u115f", "\u1160", "\uffa0", "\u200b", "\u00ad"])
def test_letters_that_leave_nothing_on_the_page_hide_no_word(hidden: str) -> None:
    said = "a n" + hidden + "aked w" + hidden + "oman"
    assert deobfuscate.folded(said) == "a naked woman"
    assert policy.load().by_words(said) == policy.load().by_words("a naked woman") is not None


def test_a_word_is_found_behind_a_long_one() -> None:
    rules = policy.load()
    for before in ("x" * 63, "x" * 64, "x" * 65, "x" * 6400, "very-" * 13, "_" * 64):
        assert rules.by_words(f"{before} naked woman") is not None


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_is_measured_before_it_is_read(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"verb":"image","prompt":"a dog"}\n'
    clock = time.process_time()
    ran = sora("batch", "-", stdin=line * 100_001)
    assert (ran.code, "100,001 jobs; the limit is 100,000" in ran.err) == (2, True)
    assert spent(clock) < 5
    monkeypatch.setattr(batch, "MAX_LIST", 1000)
    ran = sora("batch", "-", stdin=line * 100)
    assert (ran.code, "over 1 kB; split it" in ran.err) == (2, True)
    ran = sora("batch", "/dev/zero", "--dry-run")
    assert (ran.code, "over 1 kB; split it" in ran.err) == (2, True)
    assert sora("verify", "x.png", "--trust", "/dev/zero").code == 2


def test_the_keys_of_a_verb_are_read_once(sora: Sora) -> None:
    clock = time.process_time()
    for _ in range(2000):
        calls.parse({"verb": "image", "prompt": "a dog", "seed": 1})
    assert spent(clock) < 2


def test_what_does_not_fit_into_memory_is_no_bug(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*given: Any, **named: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(task_specs.tasks, "generate", none)
    ran = sora("generate", "x", "-m", "tiny")
    assert (ran.code, "does not fit into memory; make it shorter or smaller" in ran.err) == (6, True)


@pytest.mark.parametrize(
    "call",
    [("extend", "c.mp4", "--by", "3600s"), ("extend", "c.mp4", "--loop", "--by", "3600s"),
     ("animate", "a.png", "-d", "3600s"),
     ("blend", "c.mp4", "c.mp4", "--by", "3600s"), ("inpaint", "c.mp4", "--outpaint", "4096,4096,4096,4096")],
    ids=lambda call: " ".join(call[:1] + call[2:]),
)  # fmt: skip
def test_room_is_planned_before_it_is_taken(sora: Sora, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]) -> None:
    pixels = np.zeros((8, 64, 64, 3), np.uint8)
    with media.Writer("c.mp4", 64, 64, Fraction(8)) as writer:
        writer.add(pixels)
    Image.fromarray(pixels[0]).save("a.png")
    monkeypatch.setattr(sources.machine, "memory", lambda: (400_000_000, 90_000_000))
    clock = time.process_time()
    ran = sora(*call, "-m", "tiny", "--dry-run")
    assert (ran.code, "and 90 MB are free; make it shorter or smaller" in ran.err) == (6, True), ran.err
    assert spent(clock) < 3


@pytest.mark.parametrize(
    "error",
    [MemoryError("Unable to allocate 137. MiB"), RuntimeError("unable to mmap 4 bytes: Cannot allocate memory (12)"),
     RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), OSError(12, "no"),
     OSError("decoder error -9: out of memory error")],
    ids=lambda error: str(error)[:20],
)  # fmt: skip
def test_want_of_memory_is_nobodys_bug(sora: Sora, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """However a library puts it; a file that is whole is not called damaged for it."""

    def without_room(*given: object, **named: object) -> NoReturn:
        raise error

    Image.new("RGB", (64, 64)).save("a.png")
    monkeypatch.setattr(compare, "figures", without_room)
    ran = sora("compare", "a.png", "a.png", "-o", "b.png")
    assert (ran.code, ran.err.strip().splitlines()[-1][:27]) == (6, "sora: error: out of memory;"), ran.err
    monkeypatch.setattr(Image.Image, "load", without_room)
    ran = sora("frame", "a.png", "-o", "b.png")
    assert (ran.code, "a.png: does not fit into the memory that is free" in ran.err) == (3, True), ran.err


# --- nested texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [DEEP, '{"a":' * 50_000, "NaN", '{"a": Infinity}', '{"a": -Infinity}', "{", "1" * 5000, '{"a": 1e999}', "-1e9999",
     str(2**64), f'{{"a": -{2**70}}}'],
)  # fmt: skip
def test_json_of_strangers_is_a_value_or_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parsing.from_json(text)
    assert parse_recipe(text) is None


@pytest.mark.parametrize(
    "text", ["a." * 100_000 + "a = 1", "x = {" + "a . " * 200_000 + "a = 1}", "['a'" + ".'a'" * 90_000 + "]"]
)
def test_keys_of_toml_without_end_take_no_time(text: str) -> None:
    """The time of the standard library's parser grows with the square of a key's parts: 60 kB took a minute."""
    clock = time.process_time()
    with pytest.raises(ValueError, match="nested too deeply"):
        parsing.from_toml(text)
    assert spent(clock) < 3
    assert parsing.from_toml("a.'b.c'.d = 'x" + ".x" * 200 + "'") == {"a": {"b.c": {"d": "x" + ".x" * 200}}}


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 30_000_000_000)


ODD_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo, "no end": lambda path: path.symlink_to("/dev/zero"), "a folder": Path.mkdir,
    "UTF-16": lambda path: path.write_bytes("steps = 3".encode("utf-16")), "a loop": lambda path: path.symlink_to(path),
    "gigabytes": _sparse,
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD_FILES)
def test_texts_are_read_to_a_limit_and_never_waited_for(sora: Sora, state: Path, kind: str) -> None:
    """Settings, presets, a project's settings, records of runs, and what stands beside frames."""
    home = Path(os.environ["XDG_CONFIG_HOME"]) / "soracli"
    home.mkdir(parents=True)
    with media.Writer("fr", 64, 64, Fraction(8), "frames") as writer:
        writer.add(np.zeros((2, 64, 64, 3), np.uint8))
    assert sora("generate", "a dog", "-m", "tiny", "--steps", "1", "-d", "8f", "-q").code == 0
    record = next(state.glob("runs/*/run.json"))
    calls = {
        home / "config.toml": ("config", "list"), home / "presets.toml": ("preset", "list"),
        Path("sora.toml"): ("config", "set", "steps", "3", "--project"), record: ("runs", "show", record.parent.name),
        Path("fr/recipe.json"): ("info", "fr"),
    }  # fmt: skip
    clock = time.process_time()
    for path, call in calls.items():
        path.unlink(missing_ok=True)
        ODD_FILES[kind](path)
        ran = sora(*call)
        assert (ran.code in (2, 3, 5), ran.err.count("\n"), "bug" in ran.err) == (True, 1, False), (call, ran.err)
        path.rmdir() if path.is_dir() else path.unlink()
    assert spent(clock) < 5


def test_a_mark_of_byte_order_is_no_part_of_a_text(sora: Sora) -> None:
    """As editors of Windows put it before UTF-8: in settings, presets, scenes and policies."""
    home = Path(os.environ["XDG_CONFIG_HOME"]) / "soracli"
    home.mkdir(parents=True)
    (home / "config.toml").write_text("\ufeffsteps = 3\r\nfps = 8\r\n")
    (home / "presets.toml").write_text("\ufeff[mine]\nsteps = 4\n")
    assert sora("config", "get", "steps").text == "3\n"
    assert sora("config", "set", "fps", "9").code == 0
    assert sora("config", "get", "fps").text == "9\n"
    assert sora("preset", "show", "mine").code == 0
    Path("s.toml").write_text("\ufeffplace = 'beach'\n")
    assert sora("generate", "--scene", "s.toml", "--dry-run").code == 0
    Path("list.txt").write_text("\ufeffa dog")
    assert sora("image", "-m", "tiny", "--prompt-file", "list.txt", "--dry-run", "--json").text.count("ufeff") == 0


@pytest.mark.parametrize("value", [DEEP, "9" * 400, f"-{2**64}", f"[[{{a = {2**64}}}]]", "9" * 5000])
def test_toml_of_strangers_is_a_table_or_a_value_error(value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parsing.from_toml("x = " + value)
    assert parsing.from_toml(f"x = {2**63}") == {"x": 2**63}


def test_nested_files_are_told_of_in_one_line(sora: Sora, tmp_path: Path) -> None:
    Path("sora.toml").write_text("x = " + "[" * 40_000 + "]" * 40_000)
    for call in (("config", "list"), ("image", "x", "-m", "tiny", "--dry-run")):
        ran = sora(*call)
        assert (ran.code, "nested too deeply" in ran.err) == (5, True)
    Path("sora.toml").unlink()
    dog = '{"verb":"image","prompt":"a dog","model":"tiny","steps":1}\n'
    ran = sora("batch", "-", "--continue-on-error", "--dry-run", stdin=(dog + DEEP + "\n" + dog).encode())
    assert (ran.code, "line 2: is not JSON (nested too deeply)" in ran.err) == (9, True)
    Path("m.safetensors").write_bytes(struct.pack("<Q", len(DEEP)) + DEEP.encode())
    assert sora("generate", "x", "-m", "./m.safetensors", "--dry-run").code == 5
    assert sora("decode", "m.safetensors").code == 3


SCENES = {
    "nested": "place = " + DEEP, "a long number": "seconds = " + "9" * 5000,
    "beyond any float": "seconds = " + "9" * 400, "no text": "\udcff", "no table": "place = 1\nplace = 2",
}  # fmt: skip


@pytest.mark.parametrize("kind", SCENES)
def test_odd_scenes_are_told_of_in_one_line(sora: Sora, kind: str) -> None:
    """Files, those in a recipe, and a value that is set."""
    Path("s.toml").write_bytes(SCENES[kind].encode("utf-8", "surrogateescape"))
    ran = sora("generate", "--scene", "s.toml", "--dry-run")
    assert (ran.code, ran.err.startswith("sora: error: s.toml")) == (2, True), ran.err[-300:]
    recipe = {"verb": "generate", "arguments": {"scene": SCENES[kind] + "\n"}, "inputs": []}
    with pytest.raises(MediaError):
        recipes.call(recipe, "a.mp4")


@pytest.mark.parametrize(
    "value", [DEEP, "9" * 5000, "9" * 400, "1e999", "nan", "[1", "\udcff"], ids=lambda value: value[:9]
)
def test_odd_values_of_a_scene_are_told_of_in_one_line(value: str) -> None:
    with pytest.raises(UsageError):
        edits.edited('place = "meadow"\n', [("seconds", value)])


def test_a_scene_without_an_end_is_not_read_to_it(sora: Sora) -> None:
    ran = sora("generate", "--scene", "/dev/zero", "--dry-run")
    assert (ran.code, "larger than 1000000 bytes" in ran.err) == (2, True)


def test_a_film_of_hours_is_not_drawn(sora: Sora) -> None:
    Path("s.toml").write_text('[[shot]]\nplace = "meadow"\nseconds = 600\n' * 100)
    ran = sora("animatic", "--scene", "s.toml", "-o", "a.webp")
    assert (ran.code, "s: lasts 60000 s; at most 3600" in ran.err) == (2, True), ran.err
    assert not Path("a.webp").exists()


@pytest.mark.parametrize("digits", ["٣", "²", "9" * 5000, "½", "１"])
def test_digits_are_those_of_numbers(sora: Sora, digits: str) -> None:
    """What is a digit to one function and no number to another."""
    picture = np.zeros((64, 64, 3), np.uint8)
    Image.fromarray(picture).save("a.png")
    for flag in ("--tiles", "--device=cuda:", "--seed", "--steps", "--fps", "--count"):
        word = flag + digits if flag.endswith(":") else f"{flag}={digits}"
        ran = sora("generate", "x", "-m", "tiny", "--dry-run", word)
        assert ran.code == 2, (flag, ran.err)
    assert sora("views", "a.png", "-m", "tiny", "--dry-run", f"--elevation={digits}").code == 2
    machine.calibration_file().parent.mkdir(parents=True, exist_ok=True)
    known = {"cpu": machine.cpu(), "rates": {digits: dataclasses.asdict(machine.Rates(products=1.0))}}
    machine.calibration_file().write_text(json.dumps(known))
    assert machine.rates(2) == machine.Rates().times(2)


# --- models of strangers ----------------------------------------------------------------------------------------------

WAN = {
    "patch_embedding.weight": [1536, 16, 1, 2, 2], "text_embedding.0.weight": [1536, 4096],
    "head.head.weight": [64, 1536], "blocks.0.ffn.0.weight": [8960, 1536], "time_embedding.0.weight": [1536, 256],
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"patch_embedding.weight": [1]}, {"patch_embedding.weight": "abc"}, {"patch_embedding.weight": None},
     {"patch_embedding.weight": [10**18, 16, 1, 2, 2]}, {"patch_embedding.weight": [-1, 16, 1, 2, 2]},
     {"patch_embedding.weight": [1.5, 16, 1, 2, 2]}, {"head.head.weight": []}, {"head.head.weight": [0, 0]},
     {f"vace_blocks.{i}.x": [1] for i in range(3)}, {"blocks.x.y": [1]}],
    ids=lambda change: str(change)[:50],
)  # fmt: skip
def test_odd_shapes_are_told_of_in_one_line(sora: Sora, change: dict[str, Any]) -> None:
    header = json.dumps(
        {key: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for key, shape in {**WAN, **change}.items()}
    ).encode()
    Path("m.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert sora("generate", "x", "-m", "./m.safetensors", "--dry-run").code in (0, 5, 6)


def test_a_model_is_a_file_or_a_folder(sora: Sora) -> None:
    """A pipe would be waited for, and no download is a socket."""
    os.mkfifo("pipe")
    ran = sora("generate", "x", "-m", "./pipe", "--dry-run")
    assert (ran.code, "./pipe: is not a safetensors file" in ran.err) == (5, True)


def test_a_reader_in_another_language_ends_no_engine() -> None:
    class PanicException(BaseException):
        pass

    for error in (PanicException("no entry"), KeyError("x"), ZeroDivisionError(), RecursionError()):
        with (
            pytest.raises(WeightsError, match="folder: is not a model that this version can read"),
            manifest.strangers("folder"),
        ):
            raise error
    for passes in (KeyboardInterrupt, SystemExit, MemoryError):
        with pytest.raises(passes), manifest.strangers("folder"):
            raise passes
    with pytest.raises(SoraError, match="as it was"), manifest.strangers("folder"):
        raise WeightsError("as it was")


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_two_fine_tunes_have_two_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one size, one header and one first megabyte: whichever tensor differs."""
    monkeypatch.setattr(single_file, "WHOLE", 1_000_000)
    plain = {f"layer.{i}.{'x' * 60}": np.full((64, 64), i, np.float32) for i in range(800)}
    save_file(plain, tmp_path / "a.safetensors")
    save_file(plain, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    before = single_file.sketch(tmp_path / "a.safetensors")
    assert single_file.sketch(tmp_path / "b.safetensors") == before
    seen = {before}
    for number in (0, 400, 799):
        other = {key: value * 1.5 + 1 if key.startswith(f"layer.{number}.") else value for key, value in plain.items()}
        save_file(other, tmp_path / "a.safetensors")
        assert (tmp_path / "a.safetensors").stat().st_size == (tmp_path / "b.safetensors").stat().st_size
        seen.add(single_file.sketch(tmp_path / "a.safetensors"))
    assert len(seen) == 4
    (tmp_path / "c").write_bytes(b"x" * 2_000_000)
    (tmp_path / "d").write_bytes(b"x" * 1_999_999 + b"y")
    assert single_file.sketch(tmp_path / "c") != single_file.sketch(tmp_path / "d")


def test_a_policy_is_the_one_of_the_folder_and_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One relative name in two folders, and one file before and after it is edited: never an older one."""
    text = (
        'version = 1\nmargin = 0.1\nfloor = 0.3\n[categories]\nS1 = "t"\n'
        '[[rules]]\nid = "R1"\ncategory = "S1"\nabout = "x"\nterms = ["{}"]\n'
    )
    monkeypatch.setenv("SORA_POLICY", "mine.toml")
    for folder, word in (("a", "elephant"), ("b", "penguins")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.toml").write_text(text.format(word))
    for folder, word, other in (("a", "elephant", "penguins"), ("b", "penguins", "elephant")):
        monkeypatch.chdir(tmp_path / folder)
        assert policy.load().by_words(f"a {word}") is not None
        assert policy.load().by_words(f"a {other}") is None
    assert policy.load() is policy.load()
    Path("mine.toml").write_text(text.format("elephant"))
    assert policy.load().by_words("a penguins") is None
    assert policy.load().by_words("an elephant") is not None


def test_settings_are_keys_of_flags_alone() -> None:
    """What decides over whole files stands in no file that may be a stranger's."""
    assert not {"force", "policy", "prompt-file", "lora", "format"} & set(settings.KEYS)
