"""`sora serve`: the same as without it, but warm."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from conftest import Sora, pictures

from soracli import cli
from soracli.options import calls
from soracli.server import client
from soracli.state import runs

TINY = ("-m", "tiny", "--seed", "3")


def warm(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`sora` as it is installed: it asks the engine."""
    return subprocess.run([sys.executable, "-m", "soracli", *arguments], input=stdin, capture_output=True, check=False)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path_factory.mktemp("run") / "engine.sock"
    monkeypatch.setenv("SORA_SOCKET", str(path))
    monkeypatch.setenv("PYTHONPATH", str(Path(cli.__file__).parents[2]))
    return path


@pytest.fixture
def engine(sora: Sora, place: Path) -> Iterator[Path]:
    """An engine in a process of its own, and the file that it talks to."""
    log = place.with_name("log")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fork of a process with threads; the child starts its own
        child = os.fork()
    if child == 0:
        os.dup2(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND), 2)
        sys.stderr = open(2, "w", buffering=1)  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os._exit(cli.run(["serve", "-m", "tiny", "--verbose"]))
    for _ in range(300):
        if log.exists() and "is loaded" in log.read_text():
            break
        time.sleep(0.1)
    yield log
    os.kill(child, signal.SIGINT)
    assert os.waitpid(child, 0)[1] == 0
    assert not place.exists()


def test_nothing_else_changes(sora: Sora, engine: Path, tmp_path: Path) -> None:
    """Streams, files and exit codes are those of a call without an engine; and it was the engine that did it."""
    for arguments, stdin in (
        (("generate", "-", *TINY, "-o", "-"), b"a dog\n"),
        (("image", "a dog", *TINY, "--json", "-q"), b""),
        (("image", "a dog", *TINY, "-o", "new.png", "--print0", "-q"), b""),
        (("generate", "", *TINY), b""),
        (("generate", "x", "--steps", "many"), b""),
        (("extend", "no.mp4", "--json"), b""),
        (("batch", "-", "--json", "-q"), b'{"verb": "image", "prompt": "x", "model": "tiny", "output": "no/a.png"}'),
    ):
        before = set(os.listdir())
        mine = sora(*arguments, stdin=stdin)
        made = {name: pictures(Path(name).read_bytes()) for name in set(os.listdir()) - before}
        for name in made:
            os.remove(name)
        theirs = warm(*arguments, stdin=stdin)
        assert theirs.returncode == mine.code
        if "--json" in arguments and mine.code == 0:
            mine_data, their_data = json.loads(mine.out)["data"], json.loads(theirs.stdout)["data"]
            assert {**mine_data, "took": 0} == {**their_data, "took": 0}
        elif "-" in arguments[2:] and not mine.code:
            assert pictures(theirs.stdout) == pictures(mine.out)
        else:
            assert theirs.stdout == mine.out
        if mine.code:
            assert theirs.stderr.decode() == mine.err
        assert {name: pictures(Path(name).read_bytes()) for name in set(os.listdir()) - before} == made
    codes = [line.rpartition(": ")[2] for line in engine.read_text().splitlines()[1:]]
    assert codes == ["0", "0", "0", "2", "2", "3", "9"]
    assert warm("--version").stdout.startswith(b"sora ")
    assert sora("serve").err.startswith("sora: error: ")
    assert "an engine is running already; stop that one first" in sora("serve").err


def test_control_c_is_passed_on(sora: Sora, engine: Path) -> None:
    """It ends the call and not the engine; so does the caller's death. A busy engine lets others do it themselves."""
    long = [sys.executable, "-m", "soracli", "generate", "x", *TINY, "--steps", "1000", "--progress", "json"]
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        with subprocess.Popen(long, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            while json.loads(process.stderr.readline()).get("stage") != "sample":
                pass
            if number == signal.SIGINT:
                assert client.forwarded(["generate", "x"]) is None
            process.send_signal(number)
            assert process.wait(20) == code
            rest = process.stderr.read()
        if number == signal.SIGINT:
            assert f"sora resume {next(runs.latest()).id}" in rest
            assert json.loads(rest.splitlines()[-1])["code"] == "interrupted"
        for _ in range(100):
            if next(runs.latest()).state == "interrupted":
                break
            time.sleep(0.05)
    assert os.listdir() == []
    assert warm("image", "x", *TINY, "-o", "a.png", "-q").stdout == b"a.png\n"
    assert engine.read_text().splitlines()[-1].endswith(": 0")


def test_what_the_engine_will_not_do(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")  # other threads, other rounding
    assert client.forwarded(["generate", "x", "--dry-run"]) is None


def test_without_an_engine(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None there, one that has died, a file of that name: the call is ours."""
    assert client.forwarded(["generate", "x"]) is None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    assert client.forwarded(["generate", "x"]) is None
    place.unlink()
    place.touch()
    assert client.forwarded(["generate", "x"]) is None
    monkeypatch.setenv("SORA_SOCKET", "")
    assert client.forwarded(["generate", "x"]) is None


def test_a_dead_socket_is_replaced(sora: Sora, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    monkeypatch.setattr("soracli.pipeline.model_cache.load", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert sora("serve").code == 130
    assert not place.exists()
    monkeypatch.setenv("SORA_SOCKET", "")
    assert "SORA_SOCKET: is empty, so nothing would find the engine" in sora("serve").err


def test_every_verb_that_renders_is_handed_over() -> None:
    assert set(calls.RENDERING) <= set(client.VERBS)


def test_asking_is_quick() -> None:
    """Whoever asks the engine imports neither Typer nor anything else of weight."""
    script = "import sys, soracli.__main__; sys.stderr.write(' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"typer", "numpy", "torch", "av", "platformdirs"}.isdisjoint(ran.stderr.split())


def test_threads_that_wait_sleep() -> None:
    """Said before torch is loaded, unless the user says something else."""
    script = "import os, sys; from soracli import __main__ as m; sys.argv = ['sora', '--version']\ntry: m.main()\n"
    script += "finally: print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    for given, policy in (({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active")):
        around = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"} | given
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=around)
        assert ran.stdout.split()[-2:] == [policy, "False"]


def test_later_calls_make_no_parser(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than everything else before the first step of a warm call."""
    assert sora("--version").code == 0
    monkeypatch.setattr(typer.main, "get_command", lambda *_: pytest.fail("the tree of verbs is made again"))
    for _ in range(2):  # nor does one call leave anything to the next
        assert sora("image", "x", "-m", "tiny", "--steps", "0").err.startswith("sora: error: --steps 0")
        assert sora("image", "x", "-m", "tiny", "--dry-run", "-p", "draft").text.count("steps     4") == 1
        assert sora("image", "x", "-m", "tiny", "--dry-run").text.count("steps     2") == 1


def test_any_change_of_the_code_or_its_data_is_noticed(tmp_path: Path) -> None:
    """Files at any depth, of any kind: changed, put back, new, gone; and what lists the weights of a checkout."""
    package = tmp_path / "package"
    names = ("a.py", "models/wan/b.py", "policy.toml", "bundled/c.bin", "scenes/tables/d.json", "../weights.toml")
    for name in names:
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    seen = [client.edition(package)]
    for name in names:
        (package / name).write_text("22")
        seen.append(client.edition(package))
    status = (package / "a.py").stat()
    os.utime(package / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns - 10**9))  # an older one of the same size
    seen.append(client.edition(package))
    (package / "models/new.py").write_text("")
    seen.append(client.edition(package))
    (package / "models/wan/b.py").unlink()
    seen.append(client.edition(package))
    assert len(set(seen)) == len(seen)
    (package / "__pycache__").mkdir()
    (package / "__pycache__/a.pyc").write_text("")
    assert client.edition(package) == seen[-1]
    assert client.likeness()["files"] == client.edition()


def test_an_engine_of_other_code_is_not_asked(sora: Sora, engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "edition", lambda: "another")
    assert client.forwarded(["image", "x", *TINY]) is None
    monkeypatch.undo()
