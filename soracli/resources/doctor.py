"""`sora doctor`: what is here, what is missing, and what to do about it. For bug reports and first days."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soracli import __version__
from soracli.errors import SoraError
from soracli.formatting import amount
from soracli.system import machine
from soracli.weights import manifest, tables

_LIBRARIES = (
    "torch",
    "numpy",
    "av",
    "pillow",
    "safetensors",
    "tokenizers",
    "typer",
    "rich",
    "c2pa-python",
    "cryptography",
)
_CODECS = {"libx264": "mp4 and mkv", "libx264rgb": "lossless mp4 and mkv", "libvpx-vp9": "webm"}
_LOW_MEMORY, _LOW_DISK = 1_500_000_000, 500_000_000  # bytes


@dataclass(frozen=True)
class Finding:
    """One line. ok: False = something will not work; remedy says what to do."""

    topic: str
    name: str
    value: str
    ok: bool = True
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything; a part that fails to answer becomes a finding, never an exception."""
    found: list[Finding] = []
    for topic, look in _TOPICS.items():
        try:
            found += look()
        except Exception as error:  # a doctor does not faint
            remedy = "" if isinstance(error, SoraError) else "see sora doctor --debug"
            found.append(Finding(topic, "error", f"{error}", False, remedy))
    return found


def _versions() -> Iterator[Finding]:
    yield Finding("versions", "soracli", f"{__version__} in {tables.PACKAGE}")
    yield Finding("versions", "python", f"{platform.python_version()} at {sys.executable}")
    for name in _LIBRARIES:
        try:
            yield Finding("versions", name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding("versions", name, "not installed", False, f"pip install {name}")


def _machine() -> Iterator[Finding]:
    import torch

    yield Finding("machine", "system", platform.platform())
    yield Finding("machine", "cpu", f"{machine.cpu()}, {machine.cores()} cores, {torch.get_num_threads()} threads")
    cuda = (
        [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    )
    yield Finding("machine", "gpu", ", ".join(cuda) or "none (not needed)")
    speed = machine.rates(machine.cores())
    known = f"{speed.products / 1e9:.0f} GFLOP/s, measured {speed.measured}" if speed.measured else "not measured"
    yield Finding(
        "machine", "speed", known, True, "" if speed.measured else "for better estimates: sora doctor --calibrate"
    )
    total, free = machine.memory()
    enough = not total or free >= _LOW_MEMORY
    text = f"{amount(free)} free of {amount(total)}"
    yield Finding("machine", "memory", text, enough, "" if enough else "close other programs, or use a smaller --size")
    for name, folder in (("disk", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        room = machine.disk(folder)
        text = f"{amount(room)} free in {folder}"
        yield Finding("machine", name, text, room >= _LOW_DISK, "" if room >= _LOW_DISK else "free some space")


def _codecs() -> Iterator[Finding]:
    import av.codec
    from PIL import features

    yield Finding("formats", "ffmpeg", f"{av.ffmpeg_version_info} (inside the av package)")
    for codec, use in _CODECS.items():
        present = codec in av.codec.codecs_available
        remedy = "" if present else "pip install --force-reinstall av"
        yield Finding("formats", codec, f"{'present' if present else 'missing'}, for {use}", present, remedy)
    for name in ("webp", "avif"):
        present = bool(features.check(name))
        remedy = "" if present else "pip install --force-reinstall pillow"
        yield Finding("formats", name, "present" if present else "missing", present, remedy)


def _weights() -> Iterator[Finding]:
    kinds = (manifest.cards(), manifest.adapters(), manifest.previews(), manifest.tools())
    for card in (card for kind in kinds for card in kind.values()):
        found = manifest.check_sizes(card)
        bad = [status for status in found if status.state != "ok"]
        remote = any(file.repo for file in card.files)
        if remote and all(status.state == "missing" for status in found):
            yield Finding("models", card.name, f"not here (not needed; sora model pull {card.name})")
            continue
        text = f"{len(card.files)} files, {amount(card.size)}"
        if bad:
            text = f"{bad[0].file.name}: {bad[0].state} ({bad[0].detail})"
        remedy = f"run: sora model pull {card.name}" if remote else tables.REMEDY
        yield Finding("models", card.name, text, not bad, remedy if bad else "")


_TOPICS: dict[str, Callable[[], Iterator[Finding]]] = {
    "versions": _versions,
    "machine": _machine,
    "formats": _codecs,
    "models": _weights,
}
