"""An adapter's file: its tensors by layer, and the scale of each; what cannot be applied is refused by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from soracli.errors import WeightsError, is_of_the_system
from soracli.formatting import printable, short
from soracli.system import opening, parsing

TRANSFORMER, LOW = "transformer", "low"  # of two experts, the one of high noise levels and the one of low ones
SECOND = "transformer_2."  # how names of the second expert begin, where a file is of both
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

_WRAPPED = re.compile(r"_(?:orig_mod|fsdp_wrapped_module|checkpoint_wrapped_module)[._]")  # what torch puts into names
_FROM_WEIGHTS = ("pissa", "olora", "corda", "loftq")  # ways of PEFT to begin that change the model's own weights


def refusal(path: Path, why: str) -> WeightsError:
    """The error of an adapter that cannot be used: `why`, and what to do."""
    return WeightsError(f"{printable(path)}: {why}", "lora")


@dataclass
class Layer:
    """The tensors of one layer of a file. parts: kind (see PARTS) -> name in the file and tensor; gone when taken."""

    path: Path
    parts: dict[str, tuple[str, Tensor]]

    def broken(self, name: str, why: str) -> WeightsError:
        """The error of a layer that does not hold together. name: of one of its tensors."""
        return refusal(self.path, f"{short(name)}: {why}; take a file that is whole")

    def take(self, kind: str) -> Tensor | None:
        """The tensor of a kind, which is used up; None if there is none."""
        return self.parts.pop(kind)[1] if kind in self.parts else None

    def all_of(self, *kinds: str) -> list[Tensor] | None:
        """The tensors of these kinds, which are used up; None if one is not there."""
        return [self.parts.pop(kind)[1] for kind in kinds] if all(kind in self.parts for kind in kinds) else None


Scaling = Callable[[str], Callable[[int], float] | None]  # of a layer: rank -> α/r; None = the file does not say


def read(path: Path, part: str = "") -> tuple[dict[str, Layer], Scaling]:
    """The layers of a file by their names in it, and how they are scaled where no tensor says it.

    part: of a file for two experts, those of which are read, TRANSFORMER or LOW; empty = of a network that has none.
    Raises WeightsError for a file that is damaged, or has a tensor that would not be used.
    """
    layers: dict[str, Layer] = {}
    try:
        opening.check(path)
        with safe_open(path, "pt", device="cpu") as file:
            scaling = _scaling(path, part, file.metadata() or {})
            names = list(file.keys())
            if not names:
                raise refusal(path, "holds nothing; take one that does")
            second = any(name.startswith(SECOND) for name in names)  # one file for both experts
            for name in names:
                stem, kind = _parsed(name, path)
                if second and part:
                    if name.startswith(SECOND) != (part == LOW):
                        continue
                    stem = stem.removeprefix(SECOND)
                layer = layers.setdefault(stem, Layer(path, {}))
                if kind in layer.parts:
                    raise refusal(path, f"has two tensors for one: {printable(layer.parts[kind][0])} and "
                                   f"{short(name)}; take one that holds one adapter")  # fmt: skip
                layer.parts[kind] = name, _checked(file.get_tensor(name), name, path)
    except (SafetensorError, OSError, ValueError, TypeError, RecursionError) as error:
        if is_of_the_system(error):
            raise
        raise refusal(path, f"cannot be read ({short(error)}); check the file name") from error
    return layers, scaling


def _parsed(name: str, path: Path) -> tuple[str, str]:
    """A tensor's layer, and what it is of it. Raises WeightsError, by its kind, for what is not understood."""
    if _TEXT.match(name):
        raise _unused(path, name, "an adapter of the text encoder")
    for pattern, part in PARTS:
        if found := re.search(f"(?:{pattern})$", name):
            return _WRAPPED.sub("", name[: found.start()]), part
    kind = next((kind for pattern, kind in REFUSED if re.search(f"(?:{pattern})$", name)), "of an unknown kind")
    raise _unused(path, name, kind)


def _unused(path: Path, name: str, kind: str) -> WeightsError:
    return refusal(path, f"{short(name)} is {kind}, which cannot be applied; take a LoRA, LoHa, LoKr or DoRA")


def _checked(tensor: Tensor, name: str, path: Path) -> Tensor:
    if not tensor.is_floating_point() and not name.endswith(".alpha"):
        raise refusal(path, f"{short(name)} holds whole numbers; take one that is not quantised")
    if not bool(tensor.float().isfinite().all()):
        raise refusal(path, f"{short(name)} holds numbers that are not finite; take one that is whole")
    return tensor


def _scaling(path: Path, part: str, metadata: Mapping[str, str]) -> Scaling:
    """How layers are scaled by PEFT's configuration, inside the file or beside it."""
    found: Any = {}
    if METADATA in metadata:
        whole = parsing.from_json(metadata[METADATA])
        prefix = SECOND if part == LOW and any(str(key).startswith(SECOND) for key in whole) else "transformer."
        found = {key.removeprefix(prefix): value for key, value in dict(whole).items()}
    elif path.name.startswith("adapter_model") and (beside := path.with_name(CONFIG)).is_file():
        found = parsing.from_json(parsing.read(beside))
    if not isinstance(found, dict) or not isinstance(found.get("lora_alpha", found.get("alpha", 1)), int | float):
        raise ValueError(f"{CONFIG} has no number for lora_alpha")
    if str(way := found.get("init_lora_weights")).lower().startswith(_FROM_WEIGHTS):
        raise ValueError(
            f"{CONFIG} says that it was begun by {short(way, 40)}, on weights that the model does not have"
        )
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
