"""What an open model holds in memory and how to have it hold less, worked out from its card. Nothing is loaded.

Bytes per token and per pixel are those that `python benchmarks/footprint.py` counts at the real sizes; a GPU's
allocator and the room that its kernels work in come on top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from soracli.card import ALL, ONE, STAYS, TURNS, Card
from soracli.formatting import amount
from soracli.types import Geometry

PROCESS = 410_000_000  # bytes: interpreter and torch
GPU_PROCESS = 700_000_000  # a CUDA context and the libraries' own workspaces
SPREAD = 1.1  # what an allocator takes over what is asked of it
LAYERS = 2  # matrices at once where layers come and go: one in use, one unpacked from it
TILES = (0, 512, 256)  # pixels; 0 = none
TILED_FRAMES = 89  # of a tile, for decoders that do not stream
OUTPUT = 24  # bytes per pixel of what tiles are put together to
TABLE = 2  # bytes per number of what is never packed


@dataclass(frozen=True)
class MemoryMode:
    """Offloading and VAE tiling. stay: one of STAYS. tiles: pixels of a side, 0 = decoded whole."""

    stay: str = ALL
    tiles: int = 0

    def __str__(self) -> str:
        return STAYS[self.stay] + (f", decoded in tiles of {self.tiles} pixels" if self.tiles else "")


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes that a mode needs. device: where it is painted. host: of main memory beside a GPU; 0 on a CPU."""

    manner: MemoryMode
    device: int
    host: int

    def __str__(self) -> str:
        return f"{amount(self.device)} ({self.manner})"


@dataclass(frozen=True)
class MemoryQuery:
    """A request. tokens: of the largest window. frames: in it. given: of these, frames that are encoded at once.

    cells: tokens of a latent frame.
    """

    tokens: int
    frames: int
    given: int
    geometry: Geometry
    gpu: bool
    cells: int = 0


def is_open(card: Card) -> bool:
    """Whether the card says enough of an open model."""
    return "text_bytes" in card.params.get("cost", {})


def needs(card: Card, ask: MemoryQuery) -> tuple[MemoryNeed, ...]:
    """What every mode needs, from the one that does least for memory's sake to the leanest.

    A mode that a request does not gain by is left out, and so are those that the user has chosen otherwise.
    """
    chosen = card.tiles
    found: list[MemoryNeed] = []
    for tiles in TILES if chosen is None else (chosen,):
        for stay in (ALL, ONE, TURNS) if ask.gpu and card.arch != "svd" else (ALL, ONE):
            need = _need(card, ask, MemoryMode(stay, tiles))
            if all(need.device < before.device for before in found):
                found.append(need)
    return tuple(found)


def chosen(found: Sequence[MemoryNeed], limit: int) -> MemoryNeed:
    """The first that fits into so many bytes, else the leanest. limit: 0 = unknown, so that the first is taken."""
    return next((need for need in found if not limit or need.device <= limit), found[-1])


def _need(card: Card, ask: MemoryQuery, manner: MemoryMode) -> MemoryNeed:
    cost: Mapping[str, Any] = card.params["cost"]
    wide = 2 if ask.gpu else 4  # bytes of a number that is calculated with
    packed = bool(card.options.packing)
    network = cost["parameters"] * wide if not packed else cost["parameters"] * 1.02
    networks = network * (2 if any(file.role == "low" for file in card.files) else 1)
    text = _text(cost, packed)
    vae = cost["vae"] * (wide if card.arch == "ltx" else 4)
    step = ask.tokens * cost["token_bytes"] * wide / 2
    if chunk := card.params.get("chunk", 0):  # at work, and the keys and values of all before
        at_work = min(ask.tokens, chunk * ask.cells)
        step = at_work * cost["token_bytes"] * wide / 2 + 2 * ask.tokens * cost["width"] * cost["depth"] * wide
    pictures = max(_decoding(card, ask, manner.tiles), _encoding(card, ask))
    if manner.stay == ALL:
        device = networks + text + vae + max(step, pictures)
    elif manner.stay == ONE:
        device = max(network + step, text, vae + pictures)
    else:
        few = LAYERS * cost["layer"] * 2
        device = max(few + step, cost["text_table"] * TABLE + few, vae + pictures)
    if not ask.gpu:
        return MemoryNeed(manner, int(PROCESS + SPREAD * device), 0)
    resting = max(networks, text) if manner.stay == TURNS else 0
    return MemoryNeed(manner, int(GPU_PROCESS + SPREAD * device), int(2 * PROCESS + resting))


def _text(cost: Mapping[str, Any], packed: bool) -> float:
    """Bytes of the encoder; its table of words is not packed."""
    rest = cost["text"] - cost["text_table"]
    return float(min(cost["text_bytes"], cost["text_table"] * TABLE + rest) if packed else cost["text_bytes"])


def _decoding(card: Card, ask: MemoryQuery, tiles: int) -> float:
    cost, geometry = card.params["cost"], ask.geometry
    whole = geometry.height * geometry.width
    side = whole if not tiles else min(tiles, geometry.height) * min(tiles, geometry.width)
    if card.arch == "wan":  # streams: a latent frame at a time
        frames = min(ask.frames, geometry.stride[0])
        return float(side * frames * cost["pixel_bytes"] + bool(tiles) * ask.frames * whole * OUTPUT / 2)
    frames = min(ask.frames, TILED_FRAMES) if tiles else ask.frames
    frames = min(frames, card.params.get("together") or frames)
    return float(side * frames * _wide(cost["pixel_bytes"], ask) + bool(tiles) * frames * whole * OUTPUT)


def _encoding(card: Card, ask: MemoryQuery) -> float:
    geometry = ask.geometry
    frames = min(ask.given, geometry.stride[0]) if card.arch == "wan" else ask.given
    each = card.params["cost"]["encode_bytes"]
    return float(frames * geometry.height * geometry.width * (each if card.arch == "wan" else _wide(each, ask)))


def _wide(bytes: float, ask: MemoryQuery) -> float:
    """Of numbers of two bytes on a GPU, four on a CPU."""
    return bytes if ask.gpu else 2 * bytes


# --- of models that are found, not listed -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """Numbers of the components, from the headers of their files. text_bytes: of the encoder's files.

    vae: with what sees pictures.
    """

    transformer: int
    text: int
    text_bytes: int
    vae: int


def wan_costs(counted: Counted, transformer: Mapping[str, Any], text: Mapping[str, Any], side: int) -> dict[str, Any]:
    """A card's table `cost`. transformer, text: the card's own tables. side: pixels of a latent cell."""
    width, hidden = transformer["heads"] * transformer["head"], transformer["hidden"]
    fed = len(transformer.get("vace", ()))
    newer = side == 16
    return {
        **_shared(counted, text), "width": width, "depth": transformer["depth"] + fed, "context": 512,
        "layer": width * hidden, "token_bytes": 13 * width + 4 * hidden + (6 * width if fed else 0),
        "pixel_bytes": 3_750 if newer else 4_700, "encode_bytes": 1_720 if newer else 3_400, "decode": 1_200_000,
    }  # fmt: skip


def ltx_costs(counted: Counted, transformer: Mapping[str, Any], text: Mapping[str, Any]) -> dict[str, Any]:
    """The same for LTX-Video, whose autoencoders all hold as much."""
    width = transformer["heads"] * transformer["head"]
    return {
        **_shared(counted, text), "width": width, "depth": transformer["depth"], "context": 128,
        "layer": 4 * width * width, "token_bytes": 53 * width, "pixel_bytes": 101, "encode_bytes": 130,
        "decode": 700_000,
    }  # fmt: skip


def svd_costs(counts: Mapping[str, int], unet: Mapping[str, Any]) -> dict[str, Any]:
    """The same for Stable Video Diffusion. counts: numbers of its unet, vae and vision, which stands for the text."""
    vision = counts["vision"]
    return {
        "parameters": counts["unet"], "text": vision, "text_bytes": 4 * vision, "text_table": 0, "vae": counts["vae"],
        "width": unet["widths"][0], "depth": 16, "context": 1, "layer": 8 * unet["widths"][-1] ** 2,
        "token_bytes": 75 * unet["widths"][0], "pixel_bytes": 2_000, "encode_bytes": 2_000, "decode": 1_200_000,
    }  # fmt: skip


def _shared(counted: Counted, text: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "parameters": counted.transformer, "text": counted.text, "text_bytes": counted.text_bytes, "vae": counted.vae,
        "text_table": text.get("vocabulary", 32128) * text.get("width", 4096),
    }  # fmt: skip


def numbers(shapes: Mapping[str, Sequence[int]]) -> int:
    """Number of elements of all tensors together."""
    return sum(prod(shape) for shape in shapes.values())


def alternatives(found: Sequence[MemoryNeed], limit: int) -> Iterator[str]:
    """Every manner and whether it fits."""
    for need in found:
        fits = "" if not limit else ", fits" if need.device <= limit else ", does not fit"
        yield f"{need}{fits}"
