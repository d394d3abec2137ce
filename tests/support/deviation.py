"""How far numbers are from those of a reference: asserted, and printed (`pytest tests/parity -n 0 -rP`)."""

from __future__ import annotations

import sys

from torch import Tensor


def within(what: str, found: Tensor, expected: Tensor, most: float) -> None:
    """Fail if any number of one is farther than `most` from that of the other. what: for whoever reads it."""
    assert found.shape == expected.shape
    away = float((found - expected).abs().max())
    told = f"{what}: largest deviation {away:.1e}, at most {most:g}"
    assert away <= most, told
    sys.stdout.write(f"{told}\n")
