"""Names of any bytes and any length, and streams as a shell, a container or a service may leave them."""

from __future__ import annotations

import errno
import json
import os
import pwd
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora
from PIL import Image
from safetensors.numpy import save_file

from soracli import media
from soracli.errors import MediaError, UsageError
from soracli.formatting import as_text, legible, printable, stem
from soracli.system import startup

TINY = ("-m", "tiny", "--steps", "1", "-q")
STRANGE = os.fsdecode(b"\xff\xe9t\xe9.mp4")


def film(name: str, count: int = 8) -> None:
    with media.Writer(name, 64, 64, Fraction(16), format="mp4", quality="lossless") as writer:
        writer.add(np.random.default_rng(0).integers(0, 256, (count, 64, 64, 3), np.uint8))


def began(
    *arguments: str, closed: Iterable[int] = (), env: dict[str, str | None] | None = None
) -> tuple[int, bytes, bytes]:
    """`sora` as a process of its own. closed: numbers of streams. env: changes, None = not set."""
    given = {**os.environ, "PYTHONPATH": str(Path(media.__file__).parents[2]), "SORA_SOCKET": ""} | (env or {})
    done = subprocess.run(
        [sys.executable, "-m", "soracli", *map(os.fsencode, arguments)], capture_output=True, check=False,
        env={name: value for name, value in given.items() if value is not None},
        preexec_fn=_closing(closed) if closed else None,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def _closing(numbers: Iterable[int]) -> Callable[[], None]:
    def close() -> None:
        for number in numbers:
            os.close(number)

    return close


# --- names ------------------------------------------------------------------------------------------------------------


def test_bytes_that_are_no_text_are_names(sora: Sora) -> None:
    """Made, signed and found again under the bytes that they are; told as those in messages."""
    film(STRANGE)
    code, out, err = began("frame", STRANGE)
    assert (code, out) == (0, b"\xff\xe9t\xe9-last.png\n"), err
    assert media.read(os.fsdecode(out.strip())).frames.shape == (1, 64, 64, 3)
    ran = sora("extend", STRANGE, "--by", "8f", *TINY, "-o", "a.mp4", "--json")
    assert ran.code == 0, ran.err
    assert sora("verify", "a.mp4").code == 0
    shown = sora("info", "a.mp4").text
    assert "\\xff\\xe9t\\xe9.mp4" in shown
    assert "\\xff\\xe9t\\xe9.mp4" in sora("info", STRANGE).text
    assert "\\xff.mp4: no such file" in sora("info", "\udcff.mp4").err


@pytest.mark.parametrize("name", ["$(touch oops).png", "a b.png", "-c.png", "`touch oops`;'\".png", "\x1b]0;x\x07.png"])
def test_commands_to_be_typed_name_one_file_and_nothing_else(sora: Sora, name: str) -> None:
    """What a message proposes can be pasted, whatever the file is called."""
    Image.new("RGB", (64, 64)).save("plain.png")
    os.rename("plain.png", name)
    for arguments in (("extend", "--", name), ("verify", "--", name)):
        *_, proposed = sora(*arguments).err.strip().partition(": sora ")
        words = shlex.split(proposed)
        assert words[0] in {"animate", "detect"}
        assert words[1:] == [f"./{name}" if name.startswith("-") else printable(name)]


def test_names_as_text() -> None:
    assert printable("a\udcff\n狐\ud800") == r"a\xff\n狐\ud800"
    assert as_text("a\udcff\n狐\ud800") == "a\\xff\n狐\\ud800"


@pytest.mark.parametrize("letter", ["x", "é", "狐", "\udcff"])
def test_stems_that_fill_a_name_are_cut(sora: Sora, letter: str) -> None:
    size = len(os.fsencode(letter))
    name = letter * (250 // size) + ".mp4"
    film(name)
    for arguments in (("frame", name), ("compare", name, name), ("extend", name, "--by", "8f", *TINY)):
        ran = sora(*arguments, "--json")
        assert ran.code == 0, ran.err
        made = json.loads(ran.text)["data"]["path"]
        assert Path(made).is_file()
        assert made.startswith(letter * (100 // size))
    for arguments in (("blend", name, name, "--by", "8f"), ("enhance", name)):
        assert sora(*arguments, *(TINY if arguments[0] == "blend" else ()), "--dry-run", "--json").code == 0
    assert stem(name) == letter * (100 // size)


@pytest.mark.parametrize("name", ["y" * 300 + ".png", "é" * 130 + ".png", "y" * 300 + "/a.png", "y" * 300 + "/"])
def test_results_with_names_that_are_too_long_are_refused(sora: Sora, name: str) -> None:
    film("a.mp4")
    for arguments in (("frame", "a.mp4", "-o", name), ("image", "x", *TINY, "-o", name)):
        ran = sora(*arguments)
        assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
        assert "bug" not in ran.err


@pytest.mark.parametrize("key", ["model", "lora", "subject", "scene", "audio", "style", "output"])
def test_long_names_in_a_list_of_jobs_are_nobodys_bug(sora: Sora, key: str) -> None:
    job = {"verb": "generate", "prompt": "x", "model": "tiny", "steps": 1, "output": "b.mp4"} | {key: "y" * 5000}
    Path("jobs.jsonl").write_text(json.dumps({name: job[name] for name in job if (name, key) != ("prompt", "scene")}))
    ran = sora("batch", "jobs.jsonl", "--dry-run", "--json")
    assert ran.code in (2, 9), ran.err
    assert "bug" not in ran.err
    assert json.loads(ran.out)["error"]["exit_code"] in (2, 3, 5)


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EACCES, 2), (errno.EIO, 2), (errno.EROFS, 2), (errno.ENOTDIR, 2), (errno.ENOSPC, 6)]
)
def test_files_that_the_system_bars_are_nobodys_bug(
    sora: Sora, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """Wherever they are met."""

    def barred(*given: object, **named: object) -> object:
        raise OSError(number, os.strerror(number), "a\x1b.mp4")

    monkeypatch.setattr(media, "info", barred)
    ran = sora("info", "a.mp4")
    assert (ran.code, ran.err.count("\n")) == (code, 1), ran.err
    assert ran.err.startswith(f"sora: error: a\\x1b.mp4: {os.strerror(number).lower()}; "), ran.err


@pytest.mark.parametrize("verb", ["decode", "model", "subject", "info", "verify", "detect", "curate", "train"])
def test_what_is_barred_is_not_called_damaged_or_missing(
    sora: Sora, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Nor is a credential said not to hold, since its record cannot be read."""
    save_file({"a": np.zeros(1, np.float32)}, "a.safetensors")
    with media.Writer("fr", 64, 64, Fraction(8), "frames") as writer:
        writer.add(np.zeros((2, 64, 64, 3), np.uint8))
    Path("clips/secret").mkdir(parents=True)
    calls = {
        "decode": ("decode", "a.safetensors"), "model": ("generate", "x", "-m", "a.safetensors"),
        "subject": ("generate", "a dog", "--subject", "a.safetensors"), "info": ("info", "fr"),
        "verify": ("verify", "fr"), "detect": ("detect", "fr"), "curate": ("curate", "clips"),
        "train": ("train", "lora", "clips", "--as", "look", "-o", "l.safetensors"),
    }  # fmt: skip
    opened, listed = Path.open, os.scandir

    def barred(path: Path, *given: Any, **named: Any) -> Any:
        if path.name in ("a.safetensors", "recipe.json", "frame-00001.png"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *given, **named)

    def hidden(path: Any = ".") -> Any:
        if str(path).endswith("secret"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "open", barred)
    monkeypatch.setattr(os, "scandir", hidden)
    ran = sora(*calls[verb])
    assert (ran.code, ran.err.count("\n")) in ((2, 1), (3, 1)), ran.err
    assert "permission denied" in ran.err
    assert ran.out == b""


def test_a_neighbour_that_cannot_be_read_hides_no_input(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input is looked for by its contents, among files beside a result."""
    film("b.mp4")
    assert sora("extend", "b.mp4", "--by", "8f", *TINY, "-o", "c.mp4").code == 0
    Path("b.mp4").rename("z.mp4")
    Path("a.mp4").write_bytes(b"x")
    opened = Path.open

    def barred(path: Path, *given: Any, **named: Any) -> Any:
        if path.name == "a.mp4":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr(Path, "open", barred)
    ran = sora("replay", "c.mp4", "--dry-run")
    assert ran.code == 0, ran.err


def test_words_that_are_no_text_are_sought_nowhere(sora: Sora) -> None:
    ran = sora("cast", "search", "a \udcff dog")
    assert (ran.code, ran.err) == (2, "sora: error: cast search: is not valid UTF-8; save the text as UTF-8\n")


def test_too_many_open_files_are_nobodys_bug(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*given: object, **named: object) -> object:
        raise OSError(24, "Too many open files", "a.mp4")

    monkeypatch.setattr(media, "info", none_left)
    ran = sora("info", "a.mp4")
    assert (ran.code, ran.err.startswith("sora: error: too many open files; ")) == (6, True)


def test_a_credential_needs_a_name_too(sora: Sora) -> None:
    """Said before anything is painted: the file would have a name, the one beside it none."""
    film("a.mp4")
    ran = sora("extend", "a.mp4", "--by", "8f", *TINY, "-o", "y" * 250 + ".mkv")
    assert ran.code == 2
    assert "over 255 bytes; choose a shorter name" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("info", "{}"), ("frame", "{}"), ("animate", "{}"), ("inpaint", "a.mp4", "--mask", "{}"), ("verify", "{}"),
     ("generate", "x", "-m", "{}"), ("generate", "x", "--prompt-file", "{}"), ("image", "x", "--lora", "{}"),
     ("frame", "a.mp4", "-o", "b/{}.png")],
)  # fmt: skip
def test_names_that_are_too_long_are_nobodys_bug(sora: Sora, arguments: tuple[str, ...]) -> None:
    film("a.mp4")
    ran = sora(*(word.format("y" * 300) for word in arguments))
    assert (ran.code in (2, 3, 5), ran.err.count("\n")) == (True, 1), ran.err
    assert "bug" not in ran.err


@pytest.mark.parametrize("name", ["take{1}", "{slug}", "{seed}-{}"])
def test_stems_are_never_expanded(sora: Sora, name: str) -> None:
    film(f"{name}.mp4")
    Path(f"to{name}").mkdir()
    for arguments in (("frame",), ("compare", f"{name}.mp4"), ("extend", "--by", "8f", *TINY)):
        verb, *rest = arguments
        for where in ((), ("-o", f"to{name}"), ("-o", f"to{name}/")):
            ran = sora(verb, f"{name}.mp4", *rest, *where, "--json")
            assert ran.code == 0, ran.err
            made = Path(json.loads(ran.text)["data"]["path"])
            assert made.name.startswith(name)
            assert str(made.parent) == (f"to{name}" if where else ".")
    assert sora("frame", f"{name}.mp4").text == f"{name}-last-2.png\n"


def test_fields_of_folders_that_are_typed_are_filled_in(sora: Sora) -> None:
    film("a.mp4")
    Path("tiny").mkdir()
    ran = sora("extend", "a.mp4", "--by", "8f", *TINY, "--seed", "7", "-o", "{model}/")
    assert ran.text == "tiny/a-extend-7.mp4\n"
    assert "unknown field {1}" in sora("frame", "a.mp4", "-o", "b{1}.png").err


def test_names_that_are_no_text_go_into_no_text(sora: Sora) -> None:
    """Lists, scenes and settings are UTF-8: such a name is an escape of JSON there, or refused."""
    film(STRANGE, 24)
    ran = sora("curate", ".", "-o", "list.jsonl")
    assert ran.code == 0, ran.err
    assert json.loads(Path("list.jsonl").read_text("utf-8").splitlines()[0])["path"] == STRANGE
    ran = sora("config", "set", "output", os.fsdecode(b"\xff/"))
    assert (ran.code, "is not UTF-8" in ran.err) == (5, True), ran.err
    with pytest.raises(UsageError, match="a file whose name is not UTF-8"):
        media.write_text(Path("a.toml"), f'picture = "{STRANGE}"', force=False)
    assert not Path("a.toml").exists()
    assert legible({"a": [STRANGE, 1, None]}) == {"a": ["\\xff\\xe9t\\xe9.mp4", 1, None]}


def test_a_credential_beside_a_name_that_is_no_text(sora: Sora) -> None:
    """Replaced as a pair, as any other."""
    name = os.fsdecode(b"\xff.webm")
    assert sora("image", "a dog", *TINY, "-o", "p.png").code == 0
    for _ in range(2):
        code, _, err = began("animate", "p.png", *TINY, "-d", "4f", "-o", name, "--force")
        assert code == 0, err
        assert sora("verify", name).code == 0
    assert sorted(os.listdir()) == sorted(["p.png", name, name + ".c2pa"])


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_names_that_no_file_can_have(sora: Sora, text: str) -> None:
    """They come through lists, recipes and other programs, never through a command line."""
    film("a.mp4")
    jobs = [{"verb": "extend", "clip": text, "by": "4f"}, {"verb": "image", "prompt": "x", "output": text},
            {"verb": "image", "prompt": text}, {"verb": "image", "prompt": "x", "lora": [text]},
            {"verb": "inpaint", "clip": "a.mp4", "mask": text}, {"verb": "generate", "scene": text}]  # fmt: skip
    lines = "".join(json.dumps({"model": "tiny", **job}) + "\n" for job in jobs)
    ran = sora("batch", "-", "--continue-on-error", "--dry-run", stdin=lines.encode())
    assert (ran.code, ran.err.count("sora: error:"), "bug" in ran.err) == (9, len(jobs), False), ran.err
    for read in (media.info, media.read, media.read_sound):
        with pytest.raises(MediaError, match="no file can be called so"):
            read(text)


@pytest.mark.parametrize(
    "words", [("image", "x", *TINY), ("frame", "a.mp4"), ("sheet", "a.mp4"), ("config", "list"), ("info", "a.mp4"),
              ("batch", "a.jsonl"), ("replay", "a.mp4"), ("runs", "list")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_current_folder_that_was_removed_is_no_bug(
    sora: Sora, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    ran = sora(*words)
    assert (ran.code in (0, 2, 3), "bug" in ran.err) == (True, False), ran.err


# --- streams ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [(2,), (0,), (0, 2)])
def test_work_is_done_without_the_other_streams(sora: Sora, closed: tuple[int, ...]) -> None:
    film("a.mp4")
    assert began("frame", "a.mp4", closed=closed)[:2] == (0, b"a-last.png\n")
    assert began("frame", "b.mp4", closed=closed)[0] == 3
    assert media.read("a-last.png").frames.shape == (1, 64, 64, 3)


def test_work_is_done_though_nobody_hears_of_it(sora: Sora) -> None:
    """Standard error whose reader has gone, or whose disk is full: what is said is lost, and nothing else."""
    film("a.mp4")
    read, write = os.pipe()
    os.close(read)
    env = {**os.environ, "PYTHONPATH": str(Path(media.__file__).parents[2]), "SORA_SOCKET": ""}

    def run(*words: str, **streams: Any) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "soracli", "frame", *words]
        done = subprocess.run(command, check=False, env=env, **{"stdout": subprocess.PIPE, **streams})
        return done.returncode, done.stdout

    with open("/dev/full", "w") as full:
        for number, stream in enumerate((full, write)):
            assert run("a.mp4", "-o", f"{number}.png", stderr=stream) == (0, f"{number}.png\n".encode())
            assert run("b.mp4", stderr=stream)[0] == 3
        assert run("b.mp4", "--json", stdout=full, stderr=full)[0] == 3  # both at once, as a shell's >& does
    os.close(write)
    assert media.read("0.png").frames.shape == media.read("1.png").frames.shape == (1, 64, 64, 3)


def test_a_closed_output_is_a_pipe_that_nobody_reads(sora: Sora) -> None:
    film("a.mp4")
    said = b"sora: error: standard output is closed; send it to a file, or to /dev/null\n"
    shown = (("info", "a.mp4", "--json"), ("--version",), ("--help",))
    for arguments in (("info", "a.mp4"), ("frame", "a.mp4", "-o", "-"), *shown):
        code, _, err = began(*arguments, closed=(1,))
        assert (code, err.endswith(said)) == (141, True), (arguments, err)
    assert began("info", "a.mp4", closed=(0, 1, 2))[0] == 141
    code, _, err = began("info", "none.mp4", "--json", closed=(1,))
    assert (code, err) == (3, b"sora: error: none.mp4: no such file\n")
    assert began("frame", "a.mp4", "-o", "b.png", closed=(1,))[0] == 141
    assert media.read("b.png").frames.shape == (1, 64, 64, 3)  # nothing was written into it that was said


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_an_output_of_ascii_has_names_as_bytes(sora: Sora, env: dict[str, str | None]) -> None:
    film("füchs狐.mp4")
    code, out, err = began("frame", "füchs狐.mp4", env=env)
    assert (code, out) == (0, "füchs狐-last.png\n".encode()), err
    assert began("info", "füchs狐.mp4", env=env)[1].startswith("file    füchs狐.mp4\n".encode())
    code, _, err = began("info", "nö.mp4", env=env)
    assert (code, err) == (3, "sora: error: nö.mp4: no such file\n".encode())
    assert json.loads(began("info", "füchs狐.mp4", "--json", env=env)[1])["data"]["frames"] == 8
    assert began("help", "formats", env=env)[0] == 0
    code, out, _ = began("image", "ein füchs", "-s", "64x64", "--dry-run", env=env)
    assert (code, "ein füchs".encode() in out) == (0, True)


def test_errors_of_encoding_are_bytes() -> None:
    startup.prepare()
    assert "a\udcff狐".encode("ascii", startup.ERRORS) == b"a\xff\xe7\x8b\x90"
    assert "a\udcffé".encode("latin-1", startup.ERRORS) == b"a\xff\xe9"


# --- home -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", [None, ""])
def test_a_user_without_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: str | None
) -> None:
    """As in a container whose number is in no list of users: everything is kept in a folder that only they can read."""

    def unknown(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", "/before")
    monkeypatch.setenv("HOME", home) if home is not None else monkeypatch.delenv("HOME")
    startup.prepare()
    place = tmp_path / f"soracli-home-{os.getuid()}"
    assert os.path.expanduser("~") == os.environ["HOME"] == str(place)
    assert place.stat().st_mode & 0o777 == 0o700
    note = f"sora: note: there is no home folder; keys and records are kept in {place}.\n"
    assert capsys.readouterr().err == note
    for spoil in (lambda: place.chmod(0o755), lambda: (place.rmdir(), place.symlink_to(tmp_path))):
        monkeypatch.delenv("HOME", raising=False)
        spoil()
        with pytest.raises(UsageError, match=r"HOME: is not set, and .* cannot stand in for it; set HOME"):
            startup.prepare()


@pytest.mark.parametrize(
    ("said", "kept"),
    [("4", True), ("2,1", True), ("abc", False), ("-5", False), ("0", False), ("", False), ("٣", False)],
)
def test_what_is_no_number_of_threads_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str, kept: bool
) -> None:
    """In one line of ours; where nothing is said, as in many containers, in none."""
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    startup.prepare()
    assert ("OMP_NUM_THREADS" in os.environ) == kept
    note = f"sora: note: OMP_NUM_THREADS={said} is no number of threads; ignored.\n"
    assert capsys.readouterr().err == ("" if kept or not said else note)


def test_a_user_with_a_home_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    startup.prepare()
    assert (os.environ["HOME"], capsys.readouterr().err) == (str(tmp_path), "")
