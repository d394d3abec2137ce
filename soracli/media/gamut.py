"""Film of wider colours than a common screen shows (primaries of BT.2020 or P3) brought to those of BT.709.

Numbers of primaries and matrices are those of ITU-T H.273. What lies outside BT.709 becomes its nearest border.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_D65, _DCI = (0.3127, 0.3290), (0.3140, 0.3510)  # white, x and y
_BT709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_WIDE = {
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), _D65),
    11: ("DCI-P3", _P3, _DCI),
    12: ("Display P3", _P3, _D65),
}
NAMES = {number: name for number, (name, _, _) in _WIDE.items()}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_GAMMA = 2.4  # of a screen: BT.1886
_STEPS = 8192  # of the square root of linear light: dark levels lie close together

Matrix = npt.NDArray[np.float32]  # (3, 3)


def shown(pixels: npt.NDArray[np.uint8], primaries: int) -> npt.NDArray[np.uint8]:
    """R'G'B' (H, W, 3) of wide primaries, one of NAMES, as those of BT.709."""
    linear = _linear()[pixels] @ to_709(primaries).T
    place = (np.sqrt(np.clip(linear, 0, 1)) * (_STEPS - 1) + 0.5).astype(np.int32)
    levels: npt.NDArray[np.uint8] = _levels()[place]
    return levels


@cache
def to_709(primaries: int) -> Matrix:
    """What brings linear light of one kind of primaries to those of BT.709, white to white."""
    _, corners, white = _WIDE[primaries]
    wide, narrow = _to_xyz(corners, white), _to_xyz(_BT709, _D65)
    cones = (_BRADFORD @ _xyz(_D65)) / (_BRADFORD @ _xyz(white))
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD
    found: Matrix = (np.linalg.inv(narrow) @ adapted @ wide).astype(np.float32)
    return found


def _xyz(point: tuple[float, float]) -> npt.NDArray[np.float64]:
    x, y = point
    return np.array([x / y, 1, (1 - x - y) / y])


def _to_xyz(corners: tuple[tuple[float, float], ...], white: tuple[float, float]) -> npt.NDArray[np.float64]:
    """(3, 3): RGB to XYZ, so that full RGB is white of luminance 1."""
    columns = np.stack([_xyz(corner) for corner in corners], 1)
    found: npt.NDArray[np.float64] = columns * np.linalg.solve(columns, _xyz(white))
    return found


@cache
def _linear() -> npt.NDArray[np.float32]:
    return ((np.arange(256) / 255) ** _GAMMA).astype(np.float32)


@cache
def _levels() -> npt.NDArray[np.uint8]:
    """Square root of linear light -> the level that shows it."""
    return np.rint(255 * np.linspace(0, 1, _STEPS) ** (2 / _GAMMA)).astype(np.uint8)
