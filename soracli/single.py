"""`--model FILE`: one published checkpoint. Its sizes are read off its tensors; what it lacks is a known model's."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from soracli.errors import WeightsError
from soracli.footprint import Counted, ltx_costs, numbers, wan_costs
from soracli.types import Card, WeightFile
from soracli.wording import printable

PREFIX = "model.diffusion_model."
LARGEST = 100_000_000  # bytes of a header that is believed
WAN_HEAD, WAN_PATCH, LTX_HEADS = 128, 4, 32  # what all published ones have in common

Shapes = Mapping[str, list[int]]


def card(name: str, known: Iterable[Card]) -> Card:
    """What a file holds. Raises WeightsError if it is no checkpoint that we can run."""
    path = Path(name)
    every = shapes_of(path, name)
    shapes = {key.removeprefix(PREFIX): shape for key, shape in every.items()}
    if "patch_embedding.weight" in shapes and "text_embedding.0.weight" in shapes:
        arch, params = "wan", _wan(shapes, name)
    elif "patchify_proj.weight" in shapes:
        arch, params = "ltx", _ltx(shapes, every, name)
    else:
        raise WeightsError(
            f"{printable(name)}: is neither a Wan nor an LTX-Video checkpoint; give one, or a folder with all parts",
            "unknown_architecture",
        )
    base = next(other for other in known if other.arch == arch)
    params["cost"] = _costs(arch, params["transformer"], base, every)
    own = WeightFile("transformer", path.name, path.stat().st_size, sketch(path))
    others = tuple(file for file in base.files if file.role != "transformer")
    return replace(
        base, name=path.stem, about=f"A checkpoint in {path}.", licence="", terms="", files=(own, *others),
        params={**base.params, **params}, folder=path.parent, base=base.name,
    )  # fmt: skip


def _costs(arch: str, transformer: Mapping[str, Any], base: Card, every: Shapes) -> dict[str, Any]:
    """Of this network beside the other parts of a known model."""
    own, cost = {key: shape for key, shape in every.items() if not key.startswith("vae.")}, base.params["cost"]
    counted = Counted(numbers(own), cost["text"], cost["text_bytes"], cost["vae"])
    text = base.params.get("text", {})
    return (
        wan_costs(counted, transformer, text, base.stride[1])
        if arch == "wan"
        else ltx_costs(counted, transformer, text)
    )


def _wan(shapes: Shapes, name: str) -> dict[str, Any]:
    if any(key.startswith("img_emb.") for key in shapes):
        raise WeightsError(
            f"{printable(name)}: sees pictures through CLIP, which is not in it; give a folder with all parts",
            "unknown_architecture",
        )
    width, channels_in = shapes["patch_embedding.weight"][:2]
    channels, depth = shapes["head.head.weight"][0] // WAN_PATCH, _count(shapes, "blocks")
    if channels != 16:
        raise WeightsError(
            f"{printable(name)}: has {channels} channels, for another autoencoder; give a folder with all parts",
            "unknown_architecture",
        )
    fed = _count(shapes, "vace_blocks")
    vace = list(range(0, depth, depth // fed)) if fed else []
    transformer = {
        "channels_in": channels_in, "channels": channels, "heads": width // WAN_HEAD, "head": WAN_HEAD,
        "depth": depth, "hidden": shapes["blocks.0.ffn.0.weight"][0], "text": shapes["text_embedding.0.weight"][1],
        "frequencies": shapes["time_embedding.0.weight"][1], "vace": vace,
    }  # fmt: skip
    way = "control" if vace else "channels" if channels_in > channels else "replaced"
    return {"transformer": transformer, "way": way}


def _ltx(shapes: Shapes, every: Shapes, name: str) -> dict[str, Any]:
    if not any(key.startswith("vae.") for key in every):
        raise WeightsError(
            f"{printable(name)}: has no autoencoder; take a file that holds both, or a folder with all parts",
            "unknown_architecture",
        )
    width, channels = shapes["patchify_proj.weight"]
    transformer = {
        "channels": channels, "heads": LTX_HEADS, "head": width // LTX_HEADS,
        "depth": _count(shapes, "transformer_blocks"), "text": shapes["caption_projection.linear_1.weight"][1],
    }  # fmt: skip
    return {"transformer": transformer}


def _count(shapes: Shapes, stem: str) -> int:
    """How many blocks of this name there are."""
    return len({found[1] for key in shapes if (found := re.match(rf"{stem}\.(\d+)\.", key))})


def shapes_of(path: Path, name: str) -> Shapes:
    """Names and shapes, from the header alone."""
    try:
        with path.open("rb") as file:
            length = struct.unpack("<Q", file.read(8))[0]
            if length > LARGEST:
                raise ValueError("header")
            header = json.loads(file.read(length))
        return {key: entry["shape"] for key, entry in header.items() if key != "__metadata__"}
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{printable(name)}: is not a safetensors file ({type(error).__name__}); download it again",
            "weights_damaged",
        ) from error


def sketch(path: Path) -> str:
    """A digest of a file's name, size and header: what a recipe needs, without reading all of it."""
    with path.open("rb") as file:
        head = file.read(65536)
    return hashlib.sha256(f"{path.name} {path.stat().st_size} ".encode() + head).hexdigest()
