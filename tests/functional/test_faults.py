"""Faults at every stage of a render: a full disk, two at once, Ctrl-C, a kill. Each call is a process of its own.

A process here is a fork of this one, in which everything is imported already. A fault is put before, or around, one
function of the program (`STAGES`); what is then looked at is the folder, the record of the run, and what was said.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import random
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
from conftest import Sora

from soracli import cli, media
from soracli.media import commit, encode, write
from soracli.pipeline import latents, model_cache
from soracli.provenance import keys, stamp
from soracli.safety import review
from soracli.sampling import sampler
from soracli.state import runs

TINY = ("-m", "tiny", "--steps", "2", "--seed", "5", "-d", "8f", "--progress", "none")
Fault = Callable[..., Any]  # (the function, its arguments) -> what it returns
STAGES: dict[str, tuple[Any, str]] = {
    "load": (model_cache, "load"),
    "encode": (encode.VideoEncoder, "add"),
    "close": (encode.VideoEncoder, "finish"),
    "review": (review.Lightness, "add"),
    "sign": (stamp._Target, "write"),  # called by the signing library, which drops what is raised there
    "sidecar": (Path, "write_bytes"),
    "flush": (write, "sync"),
    "name": (commit, "_rename"),
    "record": (runs.Run, "save"),
    "latents": (latents, "save"),
    "named": (runs.Run, "finish"),
    "keys": (keys, "load"),
}
FULL = "sora: error: a.{}: the disk is full; free some space, or choose another -o"


def put(stage: str, fault: Fault) -> None:
    """Let a fault stand in for a function, in this process and for good; `sample` and `decode` are steps that end."""
    if stage in ("sample", "decode", "text"):
        steps = sampler.sample

        def sample(*given: Any, **named: Any) -> Iterator[sampler.Step]:
            for step in steps(*given, **named):
                yield step
                if step.stage == stage:
                    fault(lambda: None)

        sampler.sample = sample
        return
    place, name = STAGES[stage]
    plain = getattr(place, name)
    setattr(place, name, lambda *given, **named: fault(plain, *given, **named))


class Ended(NamedTuple):
    """How a process ended. seconds: of processor time, since the signal if there was one."""

    code: int
    out: str
    err: str
    seconds: float


class Child:
    """`sora` in a process of its own, with faults. `reached` waits until one of them calls `Child.here`."""

    def __init__(self, *arguments: str, out: str = "", **faults: Fault) -> None:
        self._out, self._err, self._here, self._go = os.pipe(), os.pipe(), os.pipe(), os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a fork of a process with threads; the child starts its own
            gc.collect()
            gc.freeze()  # what a codec's threads hang on must not be taken down where those threads are not
            self.pid = os.fork()
        if self.pid:
            Child.alive.add(self.pid)
            gc.unfreeze()
            for pipe in (self._out, self._err, self._here):
                os.close(pipe[1])
            return
        os.dup2(os.open(out, os.O_WRONLY) if out else self._out[1], 1)
        os.dup2(self._err[1], 2)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
        Child.current = self
        for stage, fault in faults.items():
            put(stage, fault)
        code = 70
        try:
            cli.main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            with contextlib.suppress(OSError):
                sys.stderr.flush()
                sys.stdout.flush()
            os._exit(code)

    current: Child
    alive: ClassVar[set[int]] = set()  # processes that nobody has waited for

    @staticmethod
    def here() -> None:
        os.write(Child.current._here[1], b"x")

    @staticmethod
    def wait() -> None:
        os.read(Child.current._go[0], 1)

    def reached(self) -> None:
        assert os.read(self._here[0], 1), "ended before"

    def go(self) -> None:
        os.write(self._go[1], b"x")

    def ended(self, number: int | None = None) -> Ended:
        before = 0.0
        if number is not None:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            before = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            os.kill(self.pid, number)
        texts = []
        for pipe in (self._out, self._err):
            with open(pipe[0], "rb") as file:
                texts.append(file.read().decode())
        _, status, spent = os.wait4(self.pid, 0)
        Child.alive.discard(self.pid)
        for end in (self._here[0], *self._go):
            os.close(end)
        return Ended(os.waitstatus_to_exitcode(status), *texts, spent.ru_utime + spent.ru_stime - before)


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """A test that fails leaves no process that waits for it."""
    yield
    while Child.alive:
        pid = Child.alive.pop()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


# --- faults -----------------------------------------------------------------------------------------------------------


def full(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """No byte can be written while this goes on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        return plain(*given, **named)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def filled(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """No byte can be written from now on, to any file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return plain(*given, **named)


def refused(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What a disk says that notices only now."""
    raise OSError(errno.ENOSPC, "No space left on device")


def refused_at_last(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """The credential has got its name, and the file that it belongs to does not."""
    if Path(given[0]).suffix == ".part":
        refused(plain)
    return plain(*given, **named)


def pause(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Stand still for a signal, and go on."""
    Child.here()
    time.sleep(0.4)
    return plain(*given, **named)


def killed(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    signal.raise_signal(signal.SIGINT)
    return plain(*given, **named)


# --- what is looked at ------------------------------------------------------------------------------------------------


def last() -> runs.Run:
    return next(runs.latest())


def contents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


def kept_by(run: runs.Run) -> list[str]:
    assert run.home is not None
    return sorted(path.name for path in run.home.iterdir())


def intact(sora: Sora, path: str) -> None:
    """A whole file of ours, with the credential that belongs to it."""
    assert len(media.read(path).frames) == 8
    assert sora("verify", path).code == 0


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with results of another day. To make them imports what every process here will need."""
    folder = tmp_path_factory.mktemp("older")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORA_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.setenv("SORA_REVIEW", "flashes")
        for name in ("a.mp4", "a.webm"):
            assert cli.run(["generate", "an older one", *TINY, "-o", str(folder / name)]) == 0
    return folder


def old(older: Path, name: str) -> dict[str, bytes]:
    """An older result, put under the name that is to be replaced."""
    for path in older.glob(f"{name}*"):
        Path(path.name).write_bytes(path.read_bytes())
    return contents()


def replacing(name: str) -> tuple[str, ...]:
    return ("generate", "x", *TINY, "-o", name, "--force")


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "stage", "fault"),
    [
        ("mp4", "close", full),
        ("webm", "close", full),
        ("mp4", "sign", full),
        ("webm", "sidecar", full),
        ("mp4", "flush", refused),
        ("webm", "name", refused),
        ("webm", "name", refused_at_last),
    ],
)
def test_a_full_disk(sora: Sora, older: Path, suffix: str, stage: str, fault: Fault) -> None:
    """What was there stays, what was painted is kept, and there is one line of error."""
    name, aside = f"a.{suffix}", f"a.unsigned.{suffix}"
    before = old(older, name)
    ended = Child(*replacing(name), **{stage: fault}).ended()
    run = last()
    unsigned = f"; what was made is kept, unsigned, as {aside}" if stage in ("sign", "sidecar") else ""
    assert ended[:2] == (6, "")
    assert ended.err.splitlines()[-2:] == [
        f"sora: what was painted is kept; go on with: sora resume {run.id}",
        FULL.format(suffix) + unsigned,
    ]
    now = contents()
    assert (now.pop(aside, None) is not None) == bool(unsigned)
    assert now == before
    assert (run.state, kept_by(run)) == ("failed", ["5.safetensors", "lock", "run.json"])
    if stage == "sidecar":
        assert sora("resume").text == f"{name}\n"
        intact(sora, name)


def test_a_failed_export_keeps_the_old_file(sora: Sora) -> None:
    assert sora("keys", "export", "-o", "a.pem").code == 0
    before = contents()
    ended = Child("keys", "export", "-o", "a.pem", "--force", keys=filled).ended()
    assert ended[:3] == (6, "", FULL.format("pem") + "\n")
    assert contents() == before


def test_no_credential_without_its_file(sora: Sora) -> None:
    """It has its name first; when the file does not get one, it goes again."""
    ended = Child("generate", "x", *TINY, "-o", "a.webm", name=refused_at_last).ended()
    assert (ended.code, contents()) == (6, {})


def test_a_disk_that_is_full_everywhere(sora: Sora, older: Path) -> None:
    """Not even the latents can be kept: that is said, and nothing is left but the record as it was begun."""
    before = old(older, "a.mp4")
    ended = Child(*replacing("a.mp4"), load=filled).ended()
    assert ended[:2] == (6, "")
    assert ended.err.splitlines()[-2:] == [
        "sora: note: the latents could not be kept (File too large (os error 27)).",
        FULL.format("mp4"),
    ]
    assert contents() == before
    assert kept_by(last()) == ["lock", "run.json"]
    assert sora("resume").code == 0


def test_a_record_that_cannot_be_written(sora: Sora, state: Path) -> None:
    """The result is made all the same, and no half of a record stays behind."""
    ended = Child("generate", "x", *TINY, "-o", "a.mp4", record=full).ended()
    assert (ended.code, ended.out, ended.err.count("error")) == (0, "a.mp4\n", 0)
    assert [path.name for path in state.rglob("*")] == ["runs"]
    intact(sora, "a.mp4")


def test_latents_that_cannot_be_written(sora: Sora) -> None:
    """Ctrl-C stays Ctrl-C, and does not promise what was not kept; nor does --save-latents."""
    ended = Child("generate", "x", *TINY, "-o", "a.mp4", sample=interrupted, latents=full).ended()
    run = last()
    assert ended[:2] == (130, "")
    assert ended.err.splitlines()[-3:] == [
        "sora: note: the latents could not be kept (File too large (os error 27)).",
        f"sora: nothing was painted yet; begin again with: sora resume {run.id}",
        "sora: interrupted; the result in hand was not written",
    ]
    assert (contents(), kept_by(run)) == ({}, ["lock", "run.json"])
    saving = Child("generate", "x", *TINY, "-o", "a.mp4", "--save-latents", latents=full).ended()
    assert (saving.code, saving.out) == (0, "a.mp4\n")
    assert "sora: latents:" not in saving.err


def test_standard_output_on_a_full_disk(sora: Sora, tmp_path: Path) -> None:
    """The media, a path and JSON alike; and nothing more is said while the interpreter ends."""
    line = "sora: error: standard output: the disk is full; free some space, or send it elsewhere"
    for arguments in (("-o", "-"), ("-o", "a.mp4", "--json")):
        ended = Child("generate", "x", *TINY, *arguments, out="/dev/full").ended()
        assert (ended.code, ended.err.splitlines()[-1]) == (6, line)
    assert sorted(contents()) == ["a.mp4"]
    script = "import sys; from soracli import cli; cli.main(sys.argv[1:])"
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    with open("/dev/full", "wb") as sink:
        command = [sys.executable, "-c", script, "info", "a.mp4"]
        ran = subprocess.run(command, stdout=sink, stderr=subprocess.PIPE, env=env, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (6, line + "\n")


# --- two at once ------------------------------------------------------------------------------------------------------


def meet(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
    Child.here()
    Child.wait()
    return plain(*given, **named)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "frames"])
def test_of_two_without_force_one_wins(sora: Sora, name: str) -> None:
    """Both have looked, signed, and found the name free. The other says so, and has lost nothing that it painted."""
    arguments = ("generate", "x", *TINY, "-o", name, *(("--format", "frames") if name == "frames" else ()))
    both = [Child(*arguments, flush=meet) for _ in range(2)]
    for child in both:
        child.reached()
    for child in both:
        child.go()
        child.go()  # what stands beside it is flushed by itself
    first, second = sorted(child.ended() for child in both)
    assert (first.code, first.out) == (0, f"{name}\n")
    assert (second.code, second.out) == (2, "")
    lost = next(run for run in runs.latest() if run.state == "failed")
    assert second.err.splitlines()[-2:] == [
        f"sora: what was painted is kept; go on with: sora resume {lost.id}",
        f"sora: error: {name}: already exists; pass --force to replace it, or choose another -o",
    ]
    assert sorted(os.listdir()) == sorted([name] + [f"{name}.c2pa"] * (name == "a.webm"))
    assert sora("verify", name).code == 0


@pytest.mark.parametrize("name", ["a.webm", "frames"])
def test_of_two_with_force_one_is_whole(sora: Sora, name: str) -> None:
    """The later one stands, with its own credential: names are given by one at a time."""
    arguments = ("generate", "x", *TINY, "-o", name, "--force", *(("--format", "frames") if name == "frames" else ()))
    assert sora(*arguments).code == 0
    turns: list[int] = []

    def dawdle(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """The credential has its name and the file not yet; a folder is about to change places with the old one."""
        turns.append(1)
        if len(turns) == (1 if name == "frames" else 2):
            Child.here()
            time.sleep(0.6)
        return plain(*given, **named)

    STAGES["step aside"] = (commit, "_exchange" if name == "frames" else "_rename")
    other = Child(*arguments, flush=meet)
    other.reached()
    slow = Child(*arguments, **{"step aside": dawdle})
    slow.reached()
    other.go()
    other.go()
    ends = [other.ended(), slow.ended()]
    assert [(end.code, end.out) for end in ends] == [(0, f"{name}\n")] * 2, ends
    assert sorted(os.listdir()) == sorted([name] + [f"{name}.c2pa"] * (name == "a.webm"))
    assert sora("verify", name).code == 0


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stage", "painted"),
    [
        ("a.mp4", "load", False),
        ("a.mp4", "text", False),
        ("a.mp4", "sample", True),
        ("a.mp4", "decode", True),
        ("a.mp4", "encode", True),
        ("a.webm", "close", True),
        ("a.mp4", "review", True),
        ("a.mp4", "sign", True),
        ("a.webm", "sign", True),
        ("a.webm", "flush", True),
    ],
)
def test_control_c(sora: Sora, older: Path, name: str, stage: str, painted: bool) -> None:
    """It ends within two seconds, the older file stays, and there is a run to go on with."""
    before = old(older, name)
    child = Child(*replacing(name), **{stage: pause})
    child.reached()
    ended = child.ended(signal.SIGINT)
    run = last()
    assert ended[:2] == (130, "")
    assert ended.seconds < 2  # of its own time: others may be busy here
    assert ended.err.splitlines()[-2:] == [
        f"sora: {'what was painted is kept; go on' if painted else 'nothing was painted yet; begin again'} "
        f"with: sora resume {run.id}",
        "sora: interrupted; the result in hand was not written",
    ]
    assert contents() == before
    assert (run.state, kept_by(run)) == ("interrupted", ["5.safetensors"] * painted + ["lock", "run.json"])
    if stage == "sign":
        assert sora("resume").text == f"{name}\n"
        intact(sora, name)


def test_a_second_control_c_ends_it_at_once(sora: Sora) -> None:
    def endless(plain: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """As long as a time-stamp authority that does not answer."""
        Child.here()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
                Child.here()
            time.sleep(0.05)

    child = Child("generate", "x", *TINY, "-o", "a.mp4", sign=endless)
    child.reached()
    os.kill(child.pid, signal.SIGINT)
    child.reached()
    assert child.ended(signal.SIGINT).code == -signal.SIGINT
    assert not Path("a.mp4").exists()


def test_control_c_before_anything_has_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from soracli import __main__
    from soracli.server import client

    def slow(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "forwarded", slow)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "sora: interrupted\n")


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("force", [False, True], ids=["new", "force"])
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "frames"])
def test_a_name_is_given_to_what_was_written(sora: Sora, name: str, force: bool) -> None:
    """Never to a copy, of which somebody could see a part: it is the same file, or folder, before and after."""
    folder = ("--format", "frames") * (name == "frames")
    arguments = ("generate", "x", *TINY, "-o", name, *folder)
    if force:
        assert sora(*arguments).code == 0

    def noted(plain: Callable[..., Any], part: Path) -> Any:
        with open("noted.txt", "a") as file:
            file.write(f"{part.stat().st_ino}\n")
        return plain(part)

    assert Child(*arguments, *("--force",) * force, flush=noted).ended().code == 0
    names = [name] + [f"{name}.c2pa"] * (name == "a.webm")
    assert [Path(name).stat().st_ino for name in names] == [int(line) for line in Path("noted.txt").read_text().split()]
    assert sorted(os.listdir()) == sorted([*names, "noted.txt"])


# --- a kill -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stage"),
    [("a.mp4", "encode"), ("a.webm", "close"), ("a.mp4", "sign"), ("a.mp4", "name"), ("a.webm", "name")],
)
def test_killed_before_it_has_its_name(sora: Sora, older: Path, name: str, stage: str) -> None:
    """The older file is what it was, bit by bit, and so is its credential; what was begun does not hinder the next."""
    before = old(older, name)
    assert Child(*replacing(name), **{stage: killed}).ended().code == -signal.SIGKILL
    assert {name: data for name, data in contents().items() if not name.startswith(".sora-")} == before
    assert last().state == "killed"
    if stage == "name":
        assert sora("resume").text == f"{name}\n"
        intact(sora, name)


def test_killed_at_random(sora: Sora) -> None:
    """Whenever it is: what has the name is whole, the older one or the newer one."""
    moments = random.Random(1)
    assert sora("generate", "an older one", *TINY, "-o", "a.mp4").code == 0
    for _ in range(4):
        child = Child(*replacing("a.mp4"), load=meet)
        child.reached()
        child.go()
        time.sleep(moments.uniform(0, 0.4))
        assert child.ended(signal.SIGKILL).code in (0, -signal.SIGKILL)
        intact(sora, "a.mp4")


@pytest.mark.parametrize(("name", "stage"), [("a.mp4", "encode"), ("a.webm", "name"), ("frames", "name")])
def test_what_killed_runs_leave_is_cleared_away(sora: Sora, name: str, stage: str) -> None:
    """By the next that writes into the same folder, and by `sora runs prune`; what a living run writes stays."""
    folder = ("--format", "frames") * (name == "frames")
    arguments = ("generate", "x", *TINY, "-o", name, *folder)
    living = Child("generate", "x", *TINY, "-o", f"living-{name}", *folder, flush=meet)
    living.reached()
    held = leftovers()

    def left() -> list[str]:
        """What a killed run leaves, an hour later."""
        assert Child(*arguments, **{stage: killed}).ended().code == -signal.SIGKILL
        found = leftovers()
        for path in found:
            os.utime(path, (0, time.time() - 3600))
        return [path for path in found if path not in held]

    assert left()
    assert sora("image", "x", "-m", "tiny", "--seed", "1", "--steps", "1", "-o", "other.png").code == 0
    assert leftovers() == held
    count = len(left())
    gone, *stays = sora("runs", "prune", "-y").text.splitlines()
    assert gone.endswith(f"; {count} part files of killed runs removed")
    assert [line.partition(", ")[0] for line in stays if "part file" in line] == [
        f"stays: {Path.cwd() / path}" for path in held
    ]
    assert leftovers() == held
    living.go()
    living.go()
    assert living.ended().code == 0
    assert leftovers() == []
    assert sora("verify", f"living-{name}").code == 0


def leftovers() -> list[str]:
    return sorted(path for path in os.listdir() if path.startswith(".sora-"))
