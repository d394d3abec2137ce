"""What is made, replaced and removed: nothing but what was named, and never through a link."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import wave
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import cli, media
from soracli.console.progress import Talk
from soracli.errors import SoraError, UsageError
from soracli.media import commit, targets
from soracli.media.write import Writer
from soracli.options import calls
from soracli.options.calls import Call, Origin
from soracli.pipeline import output_paths
from soracli.provenance import keys
from soracli.server import client, daemon
from soracli.system import part_files
from soracli.weights import hub, manifest

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)


class Beside:
    """A stamp whose credential is a file of its own."""

    recipe: ClassVar[dict[str, object]] = {}

    def mark(self, frames: media.Frames, painted: object) -> media.Frames:
        return frames

    def seal(self, part: Path, sealed: Path, format: object) -> bool:
        sealed.write_text("new")
        return False


def write(name: str, format: str | None = None, count: int = 3, *, force: bool = False, stamp: object = None) -> None:
    with Writer(name, 64, 64, Fraction(8), format, force=force, stamp=stamp) as writer:  # type: ignore[arg-type]
        writer.add(PIXELS[:count])


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_folder_called_like_the_sidecar_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.webm.c2pa" / "work").mkdir(parents=True)
    (tmp_path / "x.webm.c2pa" / "work" / "thesis.txt").write_text("thesis")
    for force in (False, True):
        with pytest.raises(UsageError, match=r"x\.webm\.c2pa: is a folder"):
            targets.check(Path("x.webm"), media.formats.FORMATS["webm"], force=force)
    part, beside = part_files.beside(tmp_path / "x.webm"), part_files.beside(tmp_path / "x.webm")
    for path in (part, beside):
        path.write_text("new")
    with pytest.raises(OSError, match="is a folder"):  # it came while the clip was painted
        commit.commit_pair(part, beside, tmp_path / "x.webm", force=True)
    assert (tmp_path / "x.webm.c2pa" / "work" / "thesis.txt").read_text() == "thesis"
    assert not (tmp_path / "x.webm").exists()


def test_an_older_pair_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.webm").write_text("old"), Path("x.webm.c2pa").write_text("old")
    write("x.webm", force=True, stamp=Beside())
    assert Path("x.webm.c2pa").read_text() == "new"
    assert sorted(os.listdir()) == ["x.webm", "x.webm.c2pa"]


@pytest.mark.parametrize("moment", ["sidecar", "file", "aside"])
def test_a_writer_that_is_killed_leaves_a_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Between the two names: the next result in that folder gives the older credential its name back."""
    monkeypatch.chdir(tmp_path)
    part = part_files.beside(tmp_path / "x.webm")
    beside = part.with_suffix(".sealed")
    for path, text in ((Path("x.webm"), "old"), (Path("x.webm.c2pa"), "old"), (part, "new"), (beside, "new")):
        path.write_text(text)
        os.utime(path, (0, 0))
    plain, places = commit._rename, {"aside": "nothing", "sidecar": ".sealed", "file": ".part"}

    def rename(source: Path, target: Path, *, force: bool) -> None:
        if moment == "aside":
            os._exit(0)
        plain(source, target, force=force)
        if source.suffix == places[moment]:
            os._exit(0)

    child = os.fork()
    if child == 0:
        commit._rename = rename  # type: ignore[assignment]
        commit.commit_pair(part, beside, Path("x.webm"), force=True)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert part_files.sweep(tmp_path) >= 1
    wanted = "new" if moment == "file" else "old"
    assert (Path("x.webm").read_text(), Path("x.webm.c2pa").read_text()) == (wanted, wanted)
    assert sorted(os.listdir()) == ["x.webm", "x.webm.c2pa"]


@pytest.mark.parametrize("exchange", [True, False])
def test_what_comes_into_a_folder_of_frames_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    """Frames of the older clip go; files and folders of others are where they were put."""
    monkeypatch.chdir(tmp_path)
    write("fr", "frames")
    if not exchange:
        monkeypatch.setattr(commit, "_exchange", lambda one, other: False)
    with Writer("fr", 64, 64, Fraction(8), "frames", force=True) as writer:
        writer.add(PIXELS[:2])
        Path("fr/notes.txt").write_text("x")
        Path("fr/more").mkdir()
        Path("fr/more/deep.txt").write_text("y")
        Path("fr/frame-00009.png").symlink_to(tmp_path / "outside.png")
        (tmp_path / "outside.png").write_text("z")
    assert sorted(os.listdir("fr")) == [
        "frame-00000.png", "frame-00001.png", "frame-00009.png", "more", "notes.txt", "recipe.json",
    ]  # fmt: skip
    assert (Path("fr/notes.txt").read_text(), Path("fr/more/deep.txt").read_text()) == ("x", "y")
    assert Path("fr/frame-00009.png").is_symlink()
    assert sorted(os.listdir()) == ["fr", "outside.png"]


def test_a_folder_of_frames_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed leaves the older clip or the newer one under the name, at every moment."""
    monkeypatch.chdir(tmp_path)
    write("fr", "frames")
    plain = commit._exchange

    def killed(one: Path, other: Path) -> bool:
        assert len(list(Path("fr").glob("*.png"))) == 3
        assert plain(one, other)
        assert len(list(Path("fr").glob("*.png"))) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr(commit, "_exchange", killed)
    with pytest.raises(KeyboardInterrupt):
        write("fr", "frames", 2, force=True)
    assert len(list(Path("fr").glob("*.png"))) == 2


# --- inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        ("sheet", "in.png", "-o", "in.png", "--force"),
        ("sheet", "other.png", "in.png", "-o", "link.png", "--force"),
        ("compare", "other.png", "in.png", "-o", "in.png", "--force"),
        ("frame", "in.png", "-o", "hard.png", "--force"),
        ("animate", "in.png", "-m", "tiny", "--preview", "in.png", "--force", "-o", "o.mp4"),
        ("animate", "in.png", "-m", "tiny", "--preview", "hard.png", "--force", "-o", "o.mp4"),
        ("image", "x", "-m", "tiny", "--preview", "o.png", "-o", "o.png"),
        ("image", "x", "-m", "tiny", "--preview", "./o.png", "-o", "o.png"),
    ],
    ids=lambda call: " ".join(call[:1] + call[-3:]),
)
def test_no_input_and_no_result_is_written_over(sora: Sora, call: tuple[str, ...]) -> None:
    for name, seed in (("in.png", 0), ("other.png", 1)):
        Image.fromarray(PIXELS[seed]).save(name)
    os.link("in.png", "hard.png")
    os.symlink("in.png", "link.png")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    ran = sora(*call)
    assert (ran.code, "is also" in ran.err) == (2, True), ran.err
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


TINY = ("-m", "tiny", "--steps", "1", "-d", "8f")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (("edit", "in.mkv", "--style", "noir", "--region", "mask.mkv"), "mask.mkv"),
        (("edit", "in.mkv", "--style", "noir", "--format", "mkv", "--audio", "tone.wav"), "tone.wav"),
        (("enhance", "in.mkv", "--scale", "1", "--fps", "16", "--format", "mkv", "--audio", "tone.wav"), "tone.wav"),
        (("generate", "--prompt-file", "prompt", *TINY, "--format", "mkv"), "prompt"),
        (("replay", "made.mkv"), "made.mkv"),
        (("frame", "fr", "--at", "first"), "fr/frame-00001.png"),
        (("extend", "fr", "--by", "8f", *TINY[:4], "--format", "frames"), "fr"),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, tuple) else value,
)
def test_nothing_that_is_read_is_written_over(sora: Sora, call: tuple[str, ...], name: str) -> None:
    """Whatever it is read for: mask, sound, text, weights, recipe, one frame of a folder."""
    for path in ("in.mkv", "mask.mkv"):
        write(path)
    write("fr", "frames")
    with wave.open("tone.wav", "wb") as tone:
        tone.setparams((1, 2, 16000, 0, "NONE", ""))
        tone.writeframes(np.arange(16000, dtype=np.int16).tobytes())
    Path("prompt").write_text("a dog")
    assert sora("generate", "x", *TINY, "-o", "made.mkv").code == 0
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    ran = sora(*call, "-o", name, "--force")
    assert (ran.code, f"-o {name}: is also an input" in ran.err) == (2, True), ran.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_what_a_call_reads(sora: Sora) -> None:
    arguments = {
        "lora": ["look.safetensors:0.5"],
        "model": "net.safetensors",
        "prompt_file": "p.txt",
        "scene": "s.toml",
    }
    read = calls.reads(Origin(Call("generate", arguments), latents="l.safetensors", source="jobs.jsonl"))
    named = ("look.safetensors", "net.safetensors", "p.txt", "s.toml", "l.safetensors", "jobs.jsonl")
    assert set(named) <= set(read)


def test_a_job_does_not_write_over_its_list(sora: Sora) -> None:
    text = '{"verb": "generate", "prompt": "x", "model": "tiny", "steps": 1, "duration": "8f", "format": "mkv", '
    Path("jobs").write_text(text + '"output": "jobs", "force": true}')
    before = Path("jobs").read_bytes()
    ran = sora("batch", "jobs", "--continue-on-error")
    assert (ran.code, "-o jobs: is also an input" in ran.err, Path("jobs").read_bytes()) == (9, True, before), ran.err


def test_inputs_are_told_from_results_by_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_text("a"), Path("b.webm.c2pa").write_text("b")
    output_paths.check_inputs(output_paths.planned("png", ["c.png"]), ["a.png"], "term:blocks")
    with pytest.raises(UsageError):
        output_paths.check_inputs(output_paths.planned("webm", ["b.webm"]), ["b.webm.c2pa"])


# --- what belongs to others -------------------------------------------------------------------------------------------


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like /tmp, seen by another user than that whose files are in it."""
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write("a.webm", stamp=Beside())
    write("fr", "frames")
    folder.chmod(0o1777)
    user = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: user)
    return folder


@pytest.mark.parametrize(("name", "format"), [("a.webm", "webm"), ("b.webm", "webm"), ("fr", "frames")])
def test_what_another_user_alone_may_replace_is_refused_before_it_is_painted(
    shared: Path, name: str, format: str
) -> None:
    Path("a.webm.c2pa").rename("b.webm.c2pa" if name == "b.webm" else "a.webm.c2pa")
    before = {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="belongs to another user") as error:
        targets.check(Path(name), media.FORMATS[format], force=True)
    assert error.value.code == "not_writable"
    targets.check(Path("new.mp4"), media.FORMATS["mp4"], force=True)
    assert {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()} == before


def test_a_folder_whose_frames_cannot_be_removed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("fr", "frames")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "fr")
    with pytest.raises(UsageError, match="fr/: cannot write here"):
        targets.check(Path("fr"), media.FORMATS["frames"], force=True)


def test_part_files_of_others_are_left(shared: Path) -> None:
    """One who calls his files like ours has no file replaced or removed by us."""
    part = part_files.beside(shared / "x.mp4")
    part.touch()
    Path("told").write_text("mine")
    part.with_suffix(".old").write_text("theirs")
    part.with_suffix(".name").write_text("told")
    os.utime(part, (0, 0))
    assert part_files.sweep(shared) == 0
    assert (Path("told").read_text(), part.exists(), part.with_suffix(".old").exists()) == ("mine", True, True)


# --- the engine's socket ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_the_engine_removes_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "n.txt"
    if kind == "folder":
        path.mkdir()
    else:
        (tmp_path / "real" if kind == "link" else path).write_text("notes")
        if kind == "link":
            path.symlink_to(tmp_path / "real")
    with pytest.raises(UsageError, match="no socket of ours"), daemon._listening(path):
        pass
    assert path.exists()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == (["n.txt", "real"] if kind == "link" else ["n.txt"])


def test_one_engine_at_a_place(tmp_path: Path) -> None:
    """A stale socket is replaced; one that another has bound meanwhile is left; two engines never share a place."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    with daemon._listening(path):
        assert daemon._socket(path) is not None
        with pytest.raises(UsageError, match="running already"), daemon._listening(path):
            pass
        path.unlink()
        other = socket.socket(socket.AF_UNIX)
        other.bind(str(path))
    assert daemon._socket(path) is not None
    other.close()


def ask(data: bytes, like: dict[str, object]) -> bytes:
    """What an engine answers to a request, in this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        socket.send_fds(ours, [len(data).to_bytes(4, "big")], [0, 1, 2])
        ours.sendall(data)
        ours.shutdown(socket.SHUT_WR)
        before = os.getcwd()
        try:
            daemon.answer(theirs, like, Talk("none"), cli.run)
        finally:
            os.chdir(before)
        theirs.close()
        return ours.recv(100)


GOOD: dict[str, object] = {"arguments": ["--version"], "cwd": "/", "environment": {"A": "b"}, "umask": 18, "like": {}}
BAD = [
    b"[" * 100_000, b"[1, 2]", b"null", b"{}", b"", b"\xff", b'"x"',
    *(json.dumps({**GOOD, **change}).encode() for change in (
        {"arguments": [1, 2]}, {"arguments": "x"}, {"arguments": None}, {"cwd": "/no/such/folder"}, {"cwd": 5},
        {"environment": {"A": 1}}, {"environment": []}, {"environment": {"A": "\0"}}, {"umask": "x"}, {"umask": -1},
        {"umask": 10**30}, {"umask": True}, {"umask": None}, {"like": 3},
    )),
]  # fmt: skip


@pytest.mark.parametrize("data", BAD, ids=lambda data: repr(data[:40]))
def test_a_request_that_cannot_be_done_is_not_taken(data: bytes) -> None:
    """The caller does it alone; the engine goes on, with no handle more than before."""
    before, umask = len(os.listdir("/proc/self/fd")), os.umask(0o022)
    os.umask(umask)
    assert ask(data, {}) == b""
    assert len(os.listdir("/proc/self/fd")) == before
    assert os.umask(umask) == umask


def test_an_engine_whose_folder_is_removed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does the caller's, removed while its call is done, keep the next one from being taken."""
    own, theirs = tmp_path / "engine", tmp_path / "caller"
    calls: list[str] = []

    def done(request: dict[str, object], streams: list[int], link: socket.socket, run: object) -> int:
        calls.append(os.getcwd())
        theirs.rmdir()
        return 0

    monkeypatch.setattr(daemon, "_done", done)
    own.mkdir()
    monkeypatch.chdir(own)
    own.rmdir()
    for _ in range(2):
        theirs.mkdir()
        ours, engine = socket.socketpair(socket.AF_UNIX)
        with ours, engine:
            data = json.dumps({**GOOD, "cwd": str(theirs)}).encode()
            socket.send_fds(ours, [len(data).to_bytes(4, "big")], [0, 1, 2])
            ours.sendall(data + client.GO)
            daemon.answer(engine, {}, Talk("none"), cli.run)
            assert ours.recv(10) in (client.YES, client.YES + b"0")
    assert calls == [str(theirs)] * 2
    assert os.getcwd() == "/"


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux shells")
def test_what_only_the_caller_has_is_not_for_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """`<(...)` is a pipe of this process."""
    asked: list[list[str]] = []
    monkeypatch.setattr(client, "_accepted", lambda link, arguments: asked.append(arguments))
    for word in ("/dev/fd/63", "--prompt-file=/dev/fd/63", "/proc/self/fd/5", f"/proc/{os.getpid()}/fd/5"):
        assert client.forwarded(["batch", word]) is None
        assert client._own(word)
    assert asked == []
    assert not client._own("a.jsonl")


# --- keys, models, our own folders ------------------------------------------------------------------------------------


def test_new_keys_are_there_before_the_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_CONFIG_DIR", str(tmp_path))
    old = keys.load()
    plain = os.fsync

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SoraError):
        keys.renew()
    monkeypatch.setattr(os, "fsync", plain)
    assert keys.load().key == old.key
    plain_rename = Path.rename

    def once(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-"):
            raise OSError(28, "No space left on device")
        return plain_rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(SoraError):
        keys.renew()
    monkeypatch.setattr(Path, "rename", plain_rename)
    assert keys.load().key == old.key
    new = keys.renew()
    assert new.key != old.key
    assert [one.serial for one in new.retired] == [old.identity.serial]
    assert not list((tmp_path / "keys").rglob(".new-*"))
    assert len(list((tmp_path / "keys").rglob("key.pem"))) == 1


def test_a_model_is_removed_from_the_cache_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    card = manifest.card("wan-t2v-1.3b")
    file = next(file for file in card.files if file.repo)
    own = tmp_path / "data" / "wan.safetensors"
    own.parent.mkdir()
    own.write_text("gigabytes")
    place = hub.location(file)
    place.parent.mkdir(parents=True)
    place.symlink_to(own)
    assert hub.remove(card, set()) == 0
    assert (own.read_text(), os.path.lexists(place)) == ("gigabytes", False)
    blob = hub.folder(file.repo) / "blobs" / "ab"
    place.parent.mkdir(parents=True, exist_ok=True)
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_text("12345")
    place.symlink_to(blob)
    assert hub.remove(card, set()) == 5
    assert not blob.exists()


def test_only_what_lies_in_our_folders_is_dropped(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        (folder / "a").write_text("abc")
    (ours / "link").symlink_to(theirs)
    (ours / "to").symlink_to(theirs / "a")
    assert part_files.drop(theirs / "a", ours) == 0
    assert part_files.drop(ours / ".." / "theirs" / "a", ours) == 0
    assert part_files.drop(ours / "link" / "a", ours) == 0
    assert part_files.drop(ours / "to", ours) == 0
    assert not os.path.lexists(ours / "to")
    part_files.drop_folder(ours / "link", ours)
    part_files.drop_folder(theirs, ours)
    assert (theirs / "a").read_text() == "abc"
    assert part_files.drop(ours / "a", ours) == 3
    assert part_files.drop(ours / "a", ours) == 0
    assert part_files.drop(ours, tmp_path) == 0
    part_files.remove(ours / "link")
    assert (theirs / "a").exists()
    with contextlib.suppress(OSError):
        part_files.put(ours / "b", b"x", mode=0o600)
    assert (ours / "b").stat().st_mode & 0o777 == 0o600
