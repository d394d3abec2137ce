"""Shared by all tests: a clip to write, and `sora` run in this process."""

from __future__ import annotations

import dataclasses
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from soracli import cli, media
from soracli.types import Clip
from soracli.weights import manifest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--freeze", action="store_true", help="write down what test_frozen compares with")


def pytest_configure() -> None:
    """One thread for torch: tensors are small here, and on a busy machine threads that wait for each other are slow."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def config_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys are made in a folder of the tests' own, never in the user's; what is set, remembered and begun is, too."""
    folder = tmp_path_factory.mktemp("config")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORA_CONFIG_DIR", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("settings")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("SORA_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.delenv("SORA_TSA", raising=False)
        yield folder


def pictures(data: bytes) -> bytes:
    """What is to be seen in a media file. Signatures hold the time and a nonce: the same frames make other bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return media.read(file.name).frames.tobytes()


class Outcome(NamedTuple):
    """How a run of `sora` ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


Sora = Callable[..., Outcome]


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder for runs, so that no test sees those of another."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def sora(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Sora:
    """`sora("generate", "x", stdin=b"...")` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name == "NO_COLOR" or name.startswith("SORA_")]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):  # nobody's settings but the test's own
        monkeypatch.setenv(name, str(tmp_path.with_name(f"{tmp_path.name}-home")))
    monkeypatch.setenv("SORA_STATE_DIR", str(state))
    monkeypatch.setenv("SORA_REVIEW", "flashes")  # the same whatever is installed
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))  # never the user's own

    def run(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        code = cli.run(list(arguments))
        sys.stdout.flush()
        out, err = capsysbinary.readouterr()
        return Outcome(code, out, err.decode())

    return run


@pytest.fixture(scope="session")
def clip() -> Clip:
    """19 frames of 48x32 at 12 fps: a drifting ramp, a moving square, and one pair of equal neighbours."""
    y, x = np.mgrid[:32, :48]
    frames = np.stack([np.stack([4 * x + 3 * t, 6 * y, 0 * x + 8 * t], -1) for t in range(19)]) % 256
    for t in range(19):
        frames[t, 8:20, 4 + t : 16 + t] = (230, 200, 20)
    frames[5] = frames[6]
    return Clip(frames.astype(np.uint8), Fraction(12))


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model `tiny` takes drafts, as spark does."""
    plain: Callable[..., Any] = manifest.card

    def card(name: str | None = None) -> Any:
        found = plain(name)
        dit = found.params["dit"] | {"control": True}
        return dataclasses.replace(found, params=found.params | {"drafts": True, "dit": dit})

    monkeypatch.setattr(manifest, "card", card)
