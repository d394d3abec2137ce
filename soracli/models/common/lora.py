"""Adapters: what a file of any trainer adds to a network's weights as they are loaded.

    W (N, K) a weight   r rank   s the strength of `--lora FILE:s`   α from the file, r where it says none

low rank  (LoRA, Hu et al. 2021)               s α/r · up (N, r) @ down (r, K)
LoHa      (Hyeon-Woo et al. 2022)              s α/r · (a1 @ b1) ⊙ (a2 @ b2)
LoKr      (Yeh et al. 2024)                    s α/r · kron(w1, w2)
whole     a difference, or one of a bias       s · D
DoRA      (Liu et al. 2024), on any of these   s · (m · (W + D) / ‖W + D‖ - W), norms of rows, or of columns

Layers go by the names of diffusers or of the original code, with dots or underscores, behind any of `PREFIXES`. Every
tensor of a file is used, or the file is refused by the name of the tensor that would be left over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from soracli.errors import WeightsError
from soracli.formatting import printable
from soracli.system import parsing

TRANSFORMER, LOW = "transformer", "low"  # what an adapter may be added to: a network, or the second of two experts
SECOND = "transformer_2."  # how names of the second expert begin, where a file is of both
PREFIXES = (
    "base_model.model.", "model.", "diffusion_model.", "transformer.", "unet.", "dit.", "pipe.", "module.",
    "lora_unet_", "lora_transformer_", "lora_", "lycoris_",
)  # fmt: skip
CONFIG, METADATA = "adapter_config.json", "lora_adapter_metadata"  # what PEFT writes beside a file, diffusers inside it

# ending of a tensor's name -> what it is of its layer
PARTS = (
    (r"\.lora_(?:A(?:\.[^.]+)?|down(?:\.[^.]+)?)\.weight|\.lora\.down\.weight", "down"),
    (r"\.lora_(?:B(?:\.[^.]+)?|up(?:\.[^.]+)?)\.weight|\.lora\.up\.weight", "up"),
    (r"\.lora_B(?:\.[^.]+)?\.bias", "up_bias"),
    (r"\.alpha", "alpha"),
    (r"\.dora_scale|\.lora_magnitude_vector(?:\.[^.]+)??(?:\.weight)?", "magnitude"),
    *((rf"\.{name}", name) for name in ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")),
    *((rf"\.{name}", name) for name in ("lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b")),
    (r"\.diff|\.w_norm", "diff"),
    (r"\.diff_b|\.b_norm", "diff_b"),
    (r"\.diff_m", "diff_m"),
)
# ending -> kind of adapter that is refused
REFUSED = (
    (r"\.lora_mid(?:\.[^.]+)?\.weight|\.hada_t[12]|\.lokr_t2", "a Tucker decomposition"),
    (r"\.[ab][12](?:\.weight)?|\.bm[12]\.weight", "GLoRA"),
    (r"\.oft_\w+(?:\.[^.]+)?(?:\.weight)?|\.rescale", "OFT"),
    (r"\.on_input", "IA3"),
    (r"\.set_weight|\.reshape_weight", "a weight that replaces another"),
    (r"\.lora_embedding_[AB](?:\.[^.]+)?", "an adapter of a table of words"),
)
_TEXT = re.compile(r"^(?:lora_te\d?_|(?:base_model\.model\.)?(?:text_encoder\w*|te\d?|clip_[lg]|t5xxl|umt5\w*)\.)")


@dataclass(frozen=True)
class Lora:
    """scale: 1 = as it was trained. part: TRANSFORMER or LOW, which of two experts it is added to; empty = the one."""

    path: Path
    scale: float = 1.0
    part: str = ""


Difference = Callable[[Tensor], Tensor]  # a weight as it is -> what to add to it, both float32 and of one shape
Additions = Mapping[str, Sequence[Difference]]  # by name of a weight
Originals = Callable[[str], str]  # our name of a tensor -> its name in the original code
Shapes = Mapping[str, torch.Size]


def additions(loras: Sequence[Lora], wanted: Shapes, original: Originals) -> Additions:
    """What adapters change, multiplied out when it is asked for: whole, it is as large as the network.

    wanted: names and shapes of the network. Raises WeightsError if a file is damaged or made for another network, and
    where it holds a tensor that would not be used.
    """
    found: dict[str, list[Difference]] = {}
    places = {flat(written): name for name in wanted for written in (name, original(name))} if loras else {}
    for lora in loras:
        for target, difference in _changes(lora, wanted, places):
            found.setdefault(target, []).append(difference)
    return found


def flat(name: str) -> str:
    """As trainers write names whose modules may not have dots in theirs."""
    return name.replace(".", "_")


def _changes(lora: Lora, wanted: Shapes, places: Mapping[str, str]) -> Iterator[tuple[str, Difference]]:
    layers, scaling = _read(lora)
    strange: list[str] = []
    seen: dict[str, tuple[str, str]] = {}  # weight -> the layer of the file that changes it, one of its tensors
    for stem, layer in layers.items():
        for kind, change in _of_layer(layer, scaling(stem)):
            target = _place(stem, kind, places)
            if target is None or not change.fits(wanted[target]):
                strange.append(printable(change.name))
                continue
            before, name = seen.setdefault(target, (stem, change.name))
            if before != stem:
                both = f"{printable(name)} and {printable(change.name)}"
                raise _refusal(lora.path, f"changes one layer twice, by {both}; take one that holds one adapter")
            yield target, partial(change.difference, lora.scale)
    if strange:
        why = f"{len(strange)} of its layers are not in it, such as {strange[0]}"
        raise _refusal(lora.path, f"was not made for this model ({why}); take one that was")


def _refusal(path: Path, why: str) -> WeightsError:
    return WeightsError(f"{printable(path)}: {why}", "lora")


def _place(stem: str, kind: str, places: Mapping[str, str]) -> str | None:
    """Our name of the weight that a layer changes. kind: `weight`, `bias` or `modulation`."""
    for ending in (kind, "scale_shift_table") if kind == "modulation" else (kind,):
        if found := places.get(flat(f"{stem}.{ending}").lstrip("_")):
            return found
    shorter = (stem.removeprefix(prefix) for prefix in PREFIXES if stem.startswith(prefix))
    return next((found for rest in shorter if (found := _place(rest, kind, places))), None)


# --- a file ---------------------------------------------------------------------------------------------------------


@dataclass
class _Layer:
    """parts: tensors by what they are of it (see PARTS), with their names in the file; taken out as they are used."""

    path: Path
    parts: dict[str, tuple[str, Tensor]]

    def broken(self, name: str, why: str) -> WeightsError:
        return _refusal(self.path, f"{printable(name)}: {why}; take a file that is whole")

    def take(self, kind: str) -> Tensor | None:
        return self.parts.pop(kind)[1] if kind in self.parts else None

    def all_of(self, *kinds: str) -> list[Tensor] | None:
        """All of them, if all are there."""
        return [self.parts.pop(kind)[1] for kind in kinds] if all(kind in self.parts for kind in kinds) else None


Scaling = Callable[[str], Callable[[int], float] | None]  # of a layer: rank -> α/r; None = the file does not say


def _read(lora: Lora) -> tuple[dict[str, _Layer], Scaling]:
    """The layers of a file by their names in it, and how they are scaled where no tensor says it."""
    layers: dict[str, _Layer] = {}
    try:
        with safe_open(lora.path, "pt", device="cpu") as file:
            scaling = _scaling(lora, file.metadata() or {})
            names = list(file.keys())
            if not names:
                raise _refusal(lora.path, "holds nothing; take one that does")
            second = any(name.startswith(SECOND) for name in names)  # one file for both experts
            for name in names:
                stem, part = _told(name, lora.path)
                if second and lora.part:
                    if name.startswith(SECOND) != (lora.part == LOW):
                        continue
                    stem = stem.removeprefix(SECOND)
                layer = layers.setdefault(stem, _Layer(lora.path, {}))
                if part in layer.parts:
                    raise _refusal(lora.path, f"has two tensors for one: {printable(layer.parts[part][0])} and "
                                   f"{printable(name)}; take one that holds one adapter")  # fmt: skip
                layer.parts[part] = name, _sound(file.get_tensor(name), name, lora.path)
    except (SafetensorError, OSError, ValueError, TypeError, RecursionError) as error:
        raise _refusal(lora.path, f"cannot be read ({printable(error)}); check the file name") from error
    return layers, scaling


def _told(name: str, path: Path) -> tuple[str, str]:
    """A tensor's layer, and what it is of it. Raises WeightsError, by its kind, for what is not understood."""
    if _TEXT.match(name):
        raise _unused(path, name, "an adapter of the text encoder")
    for pattern, part in PARTS:
        if found := re.search(f"(?:{pattern})$", name):
            return name[: found.start()], part
    kind = next((kind for pattern, kind in REFUSED if re.search(f"(?:{pattern})$", name)), "of an unknown kind")
    raise _unused(path, name, kind)


def _unused(path: Path, name: str, kind: str) -> WeightsError:
    return _refusal(path, f"{printable(name)} is {kind}, which cannot be applied; take a LoRA, LoHa, LoKr or DoRA")


def _sound(tensor: Tensor, name: str, path: Path) -> Tensor:
    if not tensor.is_floating_point() and not name.endswith(".alpha"):
        raise _refusal(path, f"{printable(name)} holds whole numbers; take one that is not quantised")
    if not bool(tensor.float().isfinite().all()):
        raise _refusal(path, f"{printable(name)} holds numbers that are not finite; take one that is whole")
    return tensor


def _scaling(lora: Lora, metadata: Mapping[str, str]) -> Scaling:
    """What PEFT's configuration says, inside the file or beside it."""
    found: Any = {}
    if METADATA in metadata:
        whole = parsing.from_json(metadata[METADATA])
        prefix = SECOND if lora.part == LOW and any(str(key).startswith(SECOND) for key in whole) else "transformer."
        found = {key.removeprefix(prefix): value for key, value in dict(whole).items()}
    elif lora.path.name.startswith("adapter_model") and (beside := lora.path.with_name(CONFIG)).is_file():
        found = parsing.from_json(beside.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("lora_alpha", found.get("alpha", 1)), int | float):
        raise ValueError(f"{CONFIG} has no number for lora_alpha")
    if "lora_alpha" not in found and "alpha" not in found:
        return lambda stem: None
    said: Any = found.get("lora_alpha", found.get("alpha"))
    alpha, root = float(said), bool(found.get("use_rslora"))
    own = {str(key): float(value) for key, value in dict(found.get("alpha_pattern") or {}).items()}
    if not all(map(math.isfinite, (alpha, *own.values()))):
        raise ValueError(f"{CONFIG} has a lora_alpha that is no number")
    if strange := next((key for key in own if not re.fullmatch(r"[\w.]+", key)), None):
        raise ValueError(f"{CONFIG} has {strange} in its alpha_pattern, which is no name of a layer")

    def of(stem: str) -> Callable[[int], float]:
        mine = next((value for key, value in own.items() if f".{stem}".endswith(f".{key}")), alpha)
        return lambda rank: mine / (rank**0.5 if root else rank)

    return of


# --- a layer --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """What is added to one weight. name: in the file. rows, columns: of what `made` gives. magnitude: of DoRA."""

    name: str
    rows: int
    columns: int
    made: Callable[[], Tensor]
    magnitude: Tensor | None = None

    def fits(self, wanted: torch.Size) -> bool:
        whole = self.rows == 1 or (len(wanted) > 0 and self.rows == wanted[0])
        return whole and wanted.numel() == self.rows * self.columns and self._axis(wanted) is not None

    def _axis(self, wanted: torch.Size) -> int | None:
        """Of a weight, what has a magnitude each: 0 rows, 1 columns; None if it does not fit."""
        if self.magnitude is None:
            return 0
        count, shape = self.magnitude.numel(), self.magnitude.shape
        if len(wanted) < 2:
            return None
        rows = len(shape) < 2 or len(shape) > 2 or shape[0] == count  # (N,), (N, 1), as PEFT (1, N, 1, 1, 1)
        if rows and count == wanted[0]:
            return 0
        return 1 if len(shape) > 1 and shape[1] == count == wanted[1] else None

    def difference(self, scale: float, weight: Tensor) -> Tensor:
        """weight: as it is, float32."""
        change = self.made().view(weight.shape)
        if self.magnitude is None:
            return scale * change
        axis = self._axis(weight.shape) or 0
        whole = weight + change
        norms = whole.transpose(0, axis).flatten(1).norm(dim=1)
        factor = self.magnitude.float().flatten() / norms.clamp_min(torch.finfo(torch.float32).tiny)
        along = factor.view([-1 if i == axis else 1 for i in range(weight.ndim)])
        moved: Tensor = scale * (whole * along - weight)
        return moved


def _of_layer(layer: _Layer, scaling: Callable[[int], float] | None) -> Iterator[tuple[str, _Change]]:
    """What a layer changes: `weight`, `bias` or `modulation`, and how. Raises WeightsError if a part is left over."""
    name, parts = max(layer.parts.items(), key=lambda item: item[0] != "alpha")[1][0], layer.parts
    magnitude, alpha = layer.take("magnitude"), layer.take("alpha")
    if alpha is not None and alpha.numel() != 1:
        raise layer.broken(name, "its alpha is not one number")

    def share(rank: int) -> float:
        return float(alpha) / rank if alpha is not None else scaling(rank) if scaling else 1.0

    if two := layer.all_of("up", "down"):
        bias, rank = layer.take("up_bias"), _rank(layer, name, two[1])
        yield "weight", _low_rank(layer, name, two, share(rank), magnitude)
        if bias is not None:
            yield "bias", _Change(name, 1, bias.numel(), partial(_times, share(rank), bias))
    elif four := layer.all_of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"):
        yield "weight", _hadamard(layer, name, four, share(_rank(layer, name, four[1])), magnitude)
    elif any(part.startswith("lokr") for part in parts):
        yield "weight", _kronecker(layer, name, share, magnitude)
    elif (whole := layer.take("diff")) is not None:
        rows = len(whole) if whole.ndim > 1 else 1
        yield "weight", _Change(name, rows, whole.numel() // max(rows, 1), partial(_times, 1.0, whole), magnitude)
    elif magnitude is not None:
        raise layer.broken(name, "a magnitude without what it is of")
    elif not parts:
        raise layer.broken(name, "changes nothing")
    for part, kind in (("diff_b", "bias"), ("diff_m", "modulation")):
        if (whole := layer.take(part)) is not None:
            yield kind, _Change(name, 1, whole.numel(), partial(_times, 1.0, whole))
    if parts:
        raise layer.broken(next(iter(parts.values()))[0], "a part without the others of its layer")


def _rank(layer: _Layer, name: str, matrix: Tensor) -> int:
    """Of the second of two factors, (r, K)."""
    if matrix.ndim < 2 or not matrix.numel():
        raise layer.broken(name, "is no matrix")
    return len(matrix)


def _times(share: float, tensor: Tensor) -> Tensor:
    return share * tensor.float()


def _low_rank(layer: _Layer, name: str, two: Sequence[Tensor], share: float, magnitude: Tensor | None) -> _Change:
    """up (N, r, ..), down (r, K, ..), those of convolutions as well."""
    if any(tensor.ndim < 2 or not tensor.numel() for tensor in two):
        raise layer.broken(name, "is no matrix")
    up, down = (torch.flatten(tensor, 1) for tensor in two)
    if up.shape[1] != len(down):
        raise layer.broken(name, f"its ranks differ ({up.shape[1]} and {len(down)})")
    return _Change(name, len(up), down.shape[1], lambda: share * up.float() @ down.float(), magnitude)


def _hadamard(layer: _Layer, name: str, four: Sequence[Tensor], share: float, magnitude: Tensor | None) -> _Change:
    """a1, b1, a2, b2: (N, r), (r, K) twice."""
    a1, b1, a2, b2 = four
    fit = all(tensor.ndim == 2 and tensor.numel() for tensor in four) and a1.shape[1] == len(b1)
    if not fit or a2.shape[1] != len(b2) or (len(a1), b1.shape[1]) != (len(a2), b2.shape[1]):
        raise layer.broken(name, "its parts do not fit together")

    def made() -> Tensor:
        return share * (a1.float() @ b1.float()) * (a2.float() @ b2.float())

    return _Change(name, len(a1), b1.shape[1], made, magnitude)


def _kronecker(layer: _Layer, name: str, share: Callable[[int], float], magnitude: Tensor | None) -> _Change:
    """w1, w2: whole, or (.., r) @ (r, ..) each. LyCORIS scales nothing where both are whole."""
    factors: list[tuple[Tensor, ...]] = []
    for which in ("lokr_w1", "lokr_w2"):
        found = layer.all_of(which) or layer.all_of(f"{which}_a", f"{which}_b")
        if not found or any(not tensor.numel() for tensor in found):
            raise layer.broken(name, f"has no {which}")
        if len(found) == 2 and any(tensor.ndim != 2 for tensor in found):
            raise layer.broken(name, "is no matrix")
        if len(found) == 2 and found[0].shape[1] != len(found[1]):
            raise layer.broken(name, f"its ranks differ ({found[0].shape[1]} and {len(found[1])})")
        factors.append(tuple(found))
    one, two = factors
    if any(tensor.ndim < 2 for tensor in (*one, *two)) or one[0].ndim != 2:
        raise layer.broken(name, "is no matrix")
    ranks = [len(pair[1]) for pair in factors if len(pair) == 2]
    scale = share(ranks[-1]) if ranks else 1.0
    rows = len(one[0]) * len(two[0])
    columns = one[-1].shape[1] * two[-1][0].numel()

    def made() -> Tensor:
        w1, w2 = (pair[0].float() if len(pair) == 1 else pair[0].float() @ pair[1].float() for pair in factors)
        return scale * torch.kron(w1, w2.flatten(1))

    return _Change(name, rows, columns, made, magnitude)
