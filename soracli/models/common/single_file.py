"""`--model FILE`: one published checkpoint. Its sizes are read off its tensors; what it lacks is a known model's."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from soracli.card import Card, WeightFile
from soracli.errors import WeightsError, is_of_the_system
from soracli.formatting import printable, short
from soracli.models.common import gguf
from soracli.models.common.memory import Counted, ltx_costs, numbers, wan_costs
from soracli.system import parsing

PREFIX, VAE = "model.diffusion_model.", "vae."
WHOLE, PIECE, EVEN = 32_000_000, 1024, 256  # bytes, bytes, pieces: of a file's digest
LARGEST = 100_000_000  # bytes of a header that is believed
MOST, LAYERS = 10_000_000, 1000  # of one side of a tensor, of blocks
WAN_HEAD, WAN_PATCH, LTX_HEADS = 128, 4, 32  # what all published ones have in common
EARLY_LTX = {  # what a request for LTX-Video before 0.9.5 gets that does not say otherwise
    "width": 704, "height": 480, "seconds": "121/25", "fps": 25, "steps": 40, "guidance": 3.0, "solver": "euler",
    "negative": "worst quality, inconsistent motion, blurry, jittery, distorted",
}  # fmt: skip
LATER_LTX = {
    "width": 1216, "height": 704, "seconds": "121/30", "fps": 30, "steps": 40, "guidance": 3.0, "solver": "euler",
}  # fmt: skip
# Of models that were distilled to a few steps: by architecture, what their cards say of them. LTX-Video 0.9.8's, and
# LightX2V's of Wan 2.1.
DISTILLED: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ltx": ({"sigmas": [1.0, 0.9937, 0.9875, 0.9812, 0.975, 0.9094, 0.725], "refining": [0.9094, 0.725, 0.4219]},
            {"steps": 7, "guidance": 1.0}),
    "wan": ({"sigmas": [1.0, 0.75, 0.5, 0.25]}, {"steps": 4, "guidance": 1.0, "shift": 5.0, "solver": "euler"}),
}  # fmt: skip
_FEW = re.compile(r"distil|lightning|lightx2v|\d-?steps?(?![a-z])", re.IGNORECASE)  # how such models are called
# Where the levels of LTX-Video's autoencoders stand in the original's row, since 0.9.5 and before.
LEVELS = {"down": (0, 2, 4, 6, 8), "up": (0, 2, 4, 6), "early down": (0, 3, 6, 8, 9), "early up": (0, 1, 3, 6, 9)}

Shapes = Mapping[str, list[int]]


def card(name: str, known: Iterable[Card]) -> Card:
    """What a file holds. Raises WeightsError if it is no checkpoint that we can run."""
    path = Path(name)
    every = shapes_of(path, name)
    shapes = {key.removeprefix(PREFIX): shape for key, shape in every.items()}
    wan = ("text_embedding.0.weight", "condition_embedder.text_embedder.linear_1.weight")
    try:
        if "patch_embedding.weight" in shapes and any(key in shapes for key in wan):
            arch, params = "wan", _wan(shapes, name)
        elif "caption_projection.linear_1.weight" in shapes and {"patchify_proj.weight", "proj_in.weight"} & {*shapes}:
            arch, params = "ltx", _ltx(shapes, every, name)
        else:
            raise WeightsError(
                f"{printable(name)}: is neither a Wan nor an LTX-Video checkpoint; "
                "give one, or a folder with all parts",
                "unknown_architecture",
            )
        base = next(other for other in known if other.arch == arch)
        params["cost"] = _costs(arch, params, base, every)
    except (KeyError, IndexError, ValueError, ArithmeticError) as error:
        why = f"lacks {error.args[0]}" if isinstance(error, KeyError) else "its tensors have odd shapes"
        raise WeightsError(
            f"{printable(name)}: is cut off or of another kind ({short(why)}); download it again", "weights_damaged"
        ) from error
    own = WeightFile("transformer", path.name, path.stat().st_size, sketch(path))
    others = tuple(file for file in base.files if file.role != "transformer")
    early, ltx = "shifting" in params, arch == "ltx"
    defaults = EARLY_LTX if early else LATER_LTX if ltx else base.defaults
    made = {**base.params, **({"sigmas": [], "refining": []} if ltx else {}), **params}
    found = replace(
        base, name=printable(path.stem), about=f"A checkpoint in {printable(path)}.", licence="", terms="",
        files=(own, *others), params=made, folder=path.parent, base=base.name, defaults=defaults,
    )  # fmt: skip
    return found if early else distilled(found, path.stem, _allowed(path))


def distilled(card: Card, called: str, sigmas: Sequence[float] = ()) -> Card:
    """With the few noise levels of a distilled model, if its name or its file says that it is one.

    called: its name. sigmas: as its file gives them.
    """
    if not sigmas and (not _FEW.search(called) or card.params.get("lag") == 0):
        return card
    params, defaults = DISTILLED[card.arch]
    told = {"sigmas": list(sigmas)} if sigmas else {}
    steps = {"steps": len(sigmas)} if sigmas else {}
    found = {**card.defaults, **defaults, **steps}
    guess = f"{card.name} is distilled, by {'what its file says' if sigmas else 'its name'}: painting in "
    guess += f"{found['steps']} steps with guidance {found['guidance']:g}, unless told otherwise."
    return replace(card, defaults=found, params={**card.params, **params, **told, "guess": guess})


def _allowed(path: Path) -> list[float]:
    """The noise levels that a file of a distilled LTX-Video says it was made for; none if it says none."""
    try:
        about = parsing.from_json(_header(path).get("__metadata__", {}).get("config", "{}"))
        found = [float(level) for level in about.get("allowed_inference_steps") or ()]
    except (OSError, ValueError, TypeError, AttributeError, struct.error):
        return []
    falling = all(a > b for a, b in itertools.pairwise([*found, 0.0]))
    return found if falling and found and found[0] <= 1 and len(found) <= LAYERS else []


def _costs(arch: str, params: Mapping[str, Any], base: Card, every: Shapes) -> dict[str, Any]:
    """Of this network beside the other parts of a known model."""
    own, cost = {key: shape for key, shape in every.items() if not key.startswith(VAE)}, base.params["cost"]
    text, vae = base.params.get("text", {}), {key: shape for key, shape in every.items() if key not in own}
    counted = Counted(numbers(own), cost["text"], cost["text_bytes"], numbers(vae) or cost["vae"])
    if arch == "wan":
        return wan_costs(counted, params["transformer"], text, base.stride[1])
    return ltx_costs(counted, params["transformer"], text)


def _wan(shapes: Shapes, name: str) -> dict[str, Any]:
    if any(key.startswith(("img_emb.", "condition_embedder.image_embedder.")) for key in shapes):
        raise WeightsError(
            f"{printable(name)}: sees pictures through CLIP, which is not in it; give a folder with all parts",
            "unknown_architecture",
        )

    def of(original: str, ours: str) -> list[int]:
        """The shape of a weight, by either name."""
        return shapes[ours + ".weight"] if ours + ".weight" in shapes else shapes[original + ".weight"]

    width, channels_in = shapes["patch_embedding.weight"][:2]
    channels, depth = of("head.head", "proj_out")[0] // WAN_PATCH, _count(shapes, "blocks")
    if channels != 16:
        raise WeightsError(
            f"{printable(name)}: has {channels} channels, for another autoencoder; give a folder with all parts",
            "unknown_architecture",
        )
    fed = _count(shapes, "vace_blocks")
    vace = list(range(0, depth, depth // fed))[:fed] if fed else []
    transformer = {
        "channels_in": channels_in, "channels": channels, "heads": width // WAN_HEAD, "head": WAN_HEAD,
        "depth": depth, "hidden": of("blocks.0.ffn.0", "blocks.0.ffn.net.0.proj")[0],
        "text": of("text_embedding.0", "condition_embedder.text_embedder.linear_1")[1],
        "frequencies": of("time_embedding.0", "condition_embedder.time_embedder.linear_1")[1], "vace": vace,
    }  # fmt: skip
    way = "control" if vace else "channels" if channels_in > channels else "replaced"
    return {"transformer": transformer, "way": way}


def _ltx(shapes: Shapes, every: Shapes, name: str) -> dict[str, Any]:
    if not any(key.startswith("vae.") for key in every):
        raise WeightsError(
            f"{printable(name)}: has no autoencoder; take a file that holds both, or a folder with all parts",
            "unknown_architecture",
        )
    width, channels = shapes["patchify_proj.weight" if "patchify_proj.weight" in shapes else "proj_in.weight"]
    transformer = {
        "channels": channels, "heads": LTX_HEADS, "head": width // LTX_HEADS,
        "depth": _count(shapes, "transformer_blocks"), "text": shapes["caption_projection.linear_1.weight"][1],
    }  # fmt: skip
    try:
        vae = _ltx_vae({key.removeprefix(VAE): shape for key, shape in every.items() if key.startswith(VAE)})
    except (KeyError, IndexError) as error:
        raise WeightsError(
            f"{printable(name)}: its autoencoder is not LTX-Video's (lacks {error}); give a folder with all parts",
            "unknown_architecture",
        ) from error
    if not vae["strided"]:
        return {"transformer": transformer, "vae": vae}
    return {"transformer": transformer, "vae": vae, "lag": 0, "shifting": {}, "sigmas": [], "refining": []}


def _ltx_vae(shapes: Shapes) -> dict[str, Any]:
    """See models.ltx.vae.LtxVaeConfig. The three kinds differ in their levels and in what the decoder is told."""
    strided = any(key.startswith("encoder.down_blocks.9.") for key in shapes)
    timed = "decoder.last_scale_shift_table" in shapes
    down, up = LEVELS["early down" if strided else "down"], LEVELS["up" if timed else "early up"]

    def levels(stem: str, numbers: tuple[int, ...]) -> tuple[list[int], list[int]]:
        """(channels, residual blocks) of each."""
        sizes = [shapes[f"{stem}.{i}.res_blocks.0.conv1.conv.weight"][0] for i in numbers]
        return sizes, [_count(shapes, rf"{re.escape(stem)}\.{i}\.res_blocks") for i in numbers]

    encoder, encoder_blocks = levels("encoder.down_blocks", down)
    decoder, decoder_blocks = levels("decoder.up_blocks", up)
    return {
        "channels": shapes["decoder.conv_in.conv.weight"][1], "strided": strided, "timed": timed,
        "encoder": encoder[:-1] if strided else encoder, "encoder_blocks": encoder_blocks,
        "decoder": (decoder[:-1] if timed else decoder[1:])[::-1], "decoder_blocks": decoder_blocks[::-1],
        "grain": [f"decoder.up_blocks.{i}.res_blocks.0.per_channel_scale1" in shapes for i in up][::-1],
    }  # fmt: skip


def _count(shapes: Shapes, stem: str) -> int:
    """How many blocks of this name there are."""
    count = len({found[1] for key in shapes if (found := re.match(rf"{stem}\.(\d+)\.", key))})
    if count > LAYERS:
        raise ValueError(f"{count} blocks")
    return count


def shapes_of(path: Path, name: str) -> Shapes:
    """Names and shapes, from the header alone."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError("a pipe, a device or a socket")
        if path.suffix == gguf.SUFFIX:
            return gguf.shapes(path)
        return {key: _shape(key, entry["shape"]) for key, entry in _header(path).items() if key != "__metadata__"}
    except FileNotFoundError as error:
        raise WeightsError(
            f"{printable(name)}: no such file or folder; see: sora model list", "weights_missing"
        ) from error
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        if is_of_the_system(error):
            raise
        kind = "GGUF" if path.suffix == gguf.SUFFIX else "safetensors"
        why = f"{type(error).__name__}: {error}" if isinstance(error, ValueError) else type(error).__name__
        raise WeightsError(
            f"{printable(name)}: is not a {kind} file ({short(why)}); download it again", "weights_damaged"
        ) from error


def _header(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        if length > LARGEST:
            raise ValueError("its header is too long")
        return dict(parsing.from_json(file.read(length)))


def _shape(name: str, value: Any) -> list[int]:
    fine = isinstance(value, list) and len(value) <= gguf.DIMENSIONS
    if not fine or not all(type(side) is int and 0 <= side <= MOST for side in value):
        raise ValueError(f"the shape of {name}")
    return list(value)


def expert(name: str) -> str:
    """Which of two experts an adapter is for, by its name: `transformer` (high noise), `low`, empty = it says none."""
    found = re.findall(r"(?<![A-Za-z])(high|low)(?:[ _-]?noise(?![A-Za-z])|(?=[\W\d_]*$))", name, re.IGNORECASE)
    said = {word.lower() for word in found}
    return "" if len(said) != 1 else "transformer" if said == {"high"} else "low"


def held(path: Path) -> int:
    """Bytes that a file's tensors take in memory, in the types that it has; what GGUF quantises in two a number."""
    if path.suffix == gguf.SUFFIX:
        return 2 * numbers(shapes_of(path, str(path)))
    return path.stat().st_size


def sketch(path: Path) -> str:
    """A digest of a file: of all of it up to WHOLE bytes, else of its header and pieces of every tensor.

    That tells any two fine-tunes apart without reading gigabytes at each call, not two files that somebody has made
    alike on purpose. Kept until the file changes. Raises WeightsError if it cannot be read.
    """
    try:
        status = path.stat()
        return _sketch(path, (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size))
    except OSError as error:
        if is_of_the_system(error):
            raise
        raise WeightsError(f"{printable(path)}: cannot be read ({error.strerror})", "weights_damaged") from error


@functools.lru_cache(maxsize=1024)
def _sketch(path: Path, state: tuple[int, ...]) -> str:
    size = state[-1]
    with path.open("rb") as file:
        if size <= WHOLE:
            return hashlib.file_digest(file, "sha256").hexdigest()
        sha = hashlib.sha256(f"{size} ".encode())
        length = int.from_bytes(file.read(8), "little")
        length = length if length <= LARGEST else 0
        sha.update(file.read(length))
        for start in _pieces(path, 8 + length, size):
            file.seek(start)
            sha.update(file.read(PIECE))
    return sha.hexdigest()


def _pieces(path: Path, start: int, size: int) -> list[int]:
    """Where to look: at the beginning, the middle and the end of each tensor, and evenly over the whole file."""
    even = [*(start + (size - start) * i // EVEN for i in range(EVEN)), max(start, size - PIECE)]
    try:
        tensors = [row["data_offsets"] for key, row in _header(path).items() if key != "__metadata__"]
        own = [start + at for low, high in tensors for at in (low, (low + high) // 2, max(low, high - PIECE))]
        return even + [at for at in own if type(at) is int and 0 <= at < size]
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError):  # no safetensors file
        return even
