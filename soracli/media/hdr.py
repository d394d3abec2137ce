"""Film of a high dynamic range (ITU-R BT.2100: PQ or HLG, primaries of BT.2020) as a common screen shows it.

Tone mapping by method A of ITU-R BT.2446-1, from 1000 nits to 100, then the primaries of BT.709. What is brighter than
1000 nits is white. Letters: R'G'B' are values at gamma 1/2.4, Y' their luma, 0..1.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

TRANSFERS = {16: "PQ", 18: "HLG"}  # ITU-T H.273
PEAK, SCREEN = 1000.0, 100.0  # nits
_GAMMA = 2.4
_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)  # BT.2020
_TO_709 = np.array(  # linear light, BT.2087
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
_STEPS = 4096  # of tables over 0..1


def shown(signal: npt.NDArray[np.uint16], transfer: int, to_709: Floats = _TO_709) -> npt.NDArray[np.uint8]:
    """R'G'B' (H, W, 3), 16 bits, as eight of BT.709. transfer: one of TRANSFERS. to_709: from primaries of the film."""
    colours = _display(transfer)[signal]  # (H, W, 3)
    if TRANSFERS[transfer] == "HLG":  # the system gamma of 1.2, on luminance: BT.2100, table 5
        luminance = (colours**_GAMMA) @ _LUMA  # (H, W)
        colours *= np.maximum(luminance, 1e-6)[..., None] ** np.float32(0.2 / _GAMMA)
    luma = np.minimum(colours @ _LUMA, 1)  # (H, W)
    place = (luma * (_STEPS - 1) + 0.5).astype(np.int16)
    toned = _tones()[place]  # (H, W)
    factor = (toned / (1.1 * np.maximum(luma, 1 / _STEPS)))[..., None]
    differences = (colours - luma[..., None]) * factor  # R' - Y', ..., as much smaller as the luma
    toned = toned - np.maximum(0.1 * differences[..., 0] / 1.4746, 0)
    linear = np.clip(toned[..., None] + differences, 0, 1) ** np.float32(_GAMMA)
    place = (np.clip(linear @ to_709.T, 0, 1) * (_STEPS * 8 - 1) + 0.5).astype(np.int32)
    levels: npt.NDArray[np.uint8] = _levels()[place]
    return levels


@cache
def _display(transfer: int) -> Floats:
    """Of every value of a signal: light (PQ: of the screen, HLG: of the scene), 1 = PEAK, at gamma 1/2.4."""
    e = np.arange(65536) / 65535
    if TRANSFERS[transfer] == "PQ":  # BT.2100, table 4
        root = e ** (1 / 78.84375)
        light = (
            10_000 / PEAK * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        )
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        light = np.where(e <= 0.5, e * e / 3, (np.exp((e - c) / a) + b) / 12)
    values: Floats = (np.minimum(light, 1) ** (1 / _GAMMA)).astype(np.float32)
    return values


@cache
def _tones() -> Floats:
    """Luma of the screen for luma of the film: BT.2446-1, section 4."""
    bright, dark = (1 + 32 * (nits / 10_000) ** (1 / _GAMMA) for nits in (PEAK, SCREEN))
    y = np.log(1 + (bright - 1) * np.linspace(0, 1, _STEPS)) / np.log(bright)
    y = np.where(y <= 0.7399, 1.0770 * y, np.where(y < 0.9909, -1.1510 * y * y + 2.7811 * y - 0.6302, 0.5 * y + 0.5))
    luma: Floats = ((dark**y - 1) / (dark - 1)).astype(np.float32)
    return luma


@cache
def _levels() -> npt.NDArray[np.uint8]:
    """Linear light of BT.709 -> the value that shows it, at gamma 1/2.4 (BT.1886)."""
    return np.rint(255 * np.linspace(0, 1, _STEPS * 8) ** (1 / _GAMMA)).astype(np.uint8)
