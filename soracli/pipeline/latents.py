"""Latents on disk: what a sampling knew when it was stopped, in one safetensors file that says what it belongs to."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli.errors import MediaError, UsageError, WeightsError, is_of_the_system
from soracli.formatting import printable
from soracli.provenance import keys
from soracli.system import opening, parsing, part_files
from soracli.types import Window

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.sampling.conditioning import WindowInputs
    from soracli.sampling.model import Conditioning, Model
    from soracli.sampling.state import SamplerState

KEY, CODE = "soracli", "code"  # of the metadata
SUFFIX = ".safetensors"


def save(path: Path, state: SamplerState, about: dict[str, Any]) -> None:
    """Write the state of a sampling; the file appears whole or not at all. about: JSON-able, `describe` gives it back.

    With it goes a code by which this installation knows its own (`own`). Raises OSError.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    finished = state.finished
    tensors = {f"latents.{number}": latents for number, latents in finished.latents.items()}
    for number, latents in enumerate(state.predictions.get(finished.windows, [])):
        tensors[f"guesses.{number}"] = latents
    tensors |= {f"board.{frame}": picture for frame, picture in state.board.items()}
    about = about | {"windows": finished.windows, "painted": sorted(finished.painted)}
    whole, told = {name: t.cpu().contiguous() for name, t in tensors.items()}, json.dumps(about)
    with part_files.reserved(path) as part:
        try:
            save_file(whole, part, {KEY: told, CODE: keys.seal(_contents(whole, told))})
        except SafetensorError as error:
            raise OSError(str(error).rpartition("I/O error: ")[2]) from error
        part_files.settle(part, path)


def _contents(tensors: Mapping[str, Tensor], told: str) -> bytes:
    """What the code is made of: a digest of all that a file holds."""
    import torch

    sha = hashlib.sha256(told.encode())
    for name, tensor in sorted(tensors.items()):
        sha.update(f"\n{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        sha.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return sha.digest()


def own(path: Path) -> bool:
    """Whether this installation has written a file of latents, so that what it says of itself is so."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no dict
            return keys.sealed(_contents(tensors, told.get(KEY, "")), told.get(CODE, ""))
    except (SafetensorError, OSError, ValueError, WeightsError):
        return False


def describe(path: Path) -> dict[str, Any]:
    """What `save` was told, with `windows` (finished) and `painted` (numbers of latent frames)."""
    from safetensors import SafetensorError, safe_open

    try:
        opening.check(path)
        with safe_open(path, "pt") as file:
            about = parsing.from_json((file.metadata() or {})[KEY])
    except FileNotFoundError:
        raise MediaError(f"{printable(path)}: no such file", "no_file") from None
    except (SafetensorError, OSError, KeyError, ValueError, RecursionError) as error:
        if is_of_the_system(error):
            raise
        raise MediaError(f"{printable(path)}: holds no latents of soracli", "bad_latents") from error
    if not isinstance(about, dict):
        raise MediaError(f"{printable(path)}: holds no latents of soracli", "bad_latents")
    return about


def load(path: Path, device: str) -> SamplerState:
    """The state of a sampling as it was saved, on a device."""
    from safetensors import safe_open

    about = describe(path)
    # Copies, because kernels round by where in memory numbers begin, and in a file they begin anywhere.
    with safe_open(path, "pt", device) as file:
        named = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118  it is no dict
    try:
        return _state(named, about)
    except (ValueError, KeyError, TypeError, IndexError) as error:  # of another shape than `save` gives it
        raise MediaError(f"{printable(path)}: holds no latents of soracli", "bad_latents") from error


def _state(named: Mapping[str, Tensor], about: Mapping[str, Any]) -> SamplerState:
    from soracli.sampling.state import FinishedWindows, SamplerState

    kinds: dict[str, dict[int, Tensor]] = {"latents": {}, "guesses": {}, "board": {}}
    for name, tensor in named.items():
        kind, number = name.split(".")
        kinds[kind][int(number)] = tensor
    windows, painted = about["windows"], about["painted"]
    if type(windows) is not int or not all(type(number) is int for number in painted):
        raise TypeError("windows and painted must be numbers")
    finished = FinishedWindows(kinds["latents"], frozenset(painted), windows)
    predictions = [prediction for _, prediction in sorted(kinds["guesses"].items())]
    return SamplerState(finished, {windows: predictions} if predictions else {}, board=kinds["board"])


class ReplayModel:
    """Replays the last saved prediction of a window instead of running the network, so that sampling only decodes.

    Everything else it does as the model does.
    """

    def __init__(self, model: Model, state: SamplerState) -> None:
        self.model, self.state = model, state
        self.card, self.channels = model.card, model.channels
        self.guided: tuple[float, float] | None = (0.0, math.inf)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        predictions = self.state.predictions.get(self.state.finished.windows)
        if not predictions or self.card.params.get("chunk"):  # the last one is of the last chunk alone
            raise UsageError("these latents end before the clip does; paint the rest with: sora resume", "not_painted")
        return lambda x, levels, sigma: predictions[-1]

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        return self.predictor(negative, window)

    def condition(self, inputs: WindowInputs) -> Conditioning:
        return self.model.condition(inputs)

    def encode(self, pixels: Tensor) -> Tensor:
        return self.model.encode(pixels)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        return self.model.decode(latents, still=still)
