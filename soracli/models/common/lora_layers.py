"""What the parts of an adapter's layer add to a weight, for each kind of adapter that `lora` lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from soracli.models.common.lora_file import Layer


@dataclass(frozen=True)
class Change:
    """What is added to one weight. name: of a tensor in the file. made: gives the difference D, (rows, columns).

    magnitude: m of DoRA, one number per row or column of the weight; None = no DoRA.
    """

    name: str
    rows: int
    columns: int
    made: Callable[[], Tensor]
    magnitude: Tensor | None = None

    def fits(self, wanted: torch.Size) -> bool:
        """Whether it can be added to a weight of this shape."""
        whole = self.rows == 1 or (len(wanted) > 0 and self.rows == wanted[0])
        return whole and wanted.numel() == self.rows * self.columns and self._axis(wanted) is not None

    def _axis(self, wanted: torch.Size) -> int | None:
        """The axis of a weight along which the magnitudes lie: 0 rows, 1 columns; None if they do not fit."""
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
        """What is added to `weight`, float32, of its shape. scale: s."""
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


def changes(layer: Layer, scaling: Callable[[int], float] | None) -> Iterator[tuple[str, Change]]:
    """What a layer changes: `weight`, `bias` or `modulation`, and how.

    scaling: rank -> α/r where the layer has no `alpha`; None = 1. Raises WeightsError if a part is left over.
    """
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
            yield "bias", Change(name, 1, bias.numel(), partial(_times, share(rank), bias))
    elif four := layer.all_of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"):
        yield "weight", _hadamard(layer, name, four, share(_rank(layer, name, four[1])), magnitude)
    elif any(part.startswith("lokr") for part in parts):
        yield "weight", _kronecker(layer, name, share, magnitude)
    elif (whole := layer.take("diff")) is not None:
        rows = len(whole) if whole.ndim > 1 else 1
        yield "weight", Change(name, rows, whole.numel() // max(rows, 1), partial(_times, 1.0, whole), magnitude)
    elif magnitude is not None:
        raise layer.broken(name, "a magnitude without what it is of")
    elif not parts:
        raise layer.broken(name, "changes nothing")
    for part, kind in (("diff_b", "bias"), ("diff_m", "modulation")):
        if (whole := layer.take(part)) is not None:
            yield kind, Change(name, 1, whole.numel(), partial(_times, 1.0, whole))
    if parts:
        raise layer.broken(next(iter(parts.values()))[0], "a part without the others of its layer")


def _rank(layer: Layer, name: str, matrix: Tensor) -> int:
    """r of the second of two factors, (r, K)."""
    if matrix.ndim < 2 or not matrix.numel():
        raise layer.broken(name, "is no matrix")
    return len(matrix)


def _times(share: float, tensor: Tensor) -> Tensor:
    return share * tensor.float()


def _low_rank(layer: Layer, name: str, two: Sequence[Tensor], share: float, magnitude: Tensor | None) -> Change:
    """up (N, r, ..), down (r, K, ..), those of convolutions as well."""
    if any(tensor.ndim < 2 or not tensor.numel() for tensor in two):
        raise layer.broken(name, "is no matrix")
    up, down = (torch.flatten(tensor, 1) for tensor in two)
    if up.shape[1] != len(down):
        raise layer.broken(name, f"its ranks differ ({up.shape[1]} and {len(down)})")
    return Change(name, len(up), down.shape[1], lambda: share * up.float() @ down.float(), magnitude)


def _hadamard(layer: Layer, name: str, four: Sequence[Tensor], share: float, magnitude: Tensor | None) -> Change:
    """a1, b1, a2, b2: (N, r), (r, K) twice."""
    a1, b1, a2, b2 = four
    fit = all(tensor.ndim == 2 and tensor.numel() for tensor in four) and a1.shape[1] == len(b1)
    if not fit or a2.shape[1] != len(b2) or (len(a1), b1.shape[1]) != (len(a2), b2.shape[1]):
        raise layer.broken(name, "its parts do not fit together")

    def made() -> Tensor:
        return share * (a1.float() @ b1.float()) * (a2.float() @ b2.float())

    return Change(name, len(a1), b1.shape[1], made, magnitude)


def _kronecker(layer: Layer, name: str, share: Callable[[int], float], magnitude: Tensor | None) -> Change:
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

    return Change(name, rows, columns, made, magnitude)
