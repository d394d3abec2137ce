"""A part of a still picture that moves: it flows one way, or ripples, and the rest stands. Torch.

Flowing is drawn with two phases of one constant flow, each of which fades out before it is carried too far, so that it
goes on for ever (flow maps: Vlachos, "Water Flow in Portal 2", SIGGRAPH 2010). At 0 s both ways the picture is itself.
"""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from soracli.footage.motion_fields import places, sampled

Frame = npt.NDArray[np.uint8]  # (H, W, 3)
Share = npt.NDArray[np.float32]  # (H, W), 0 = stands, 1 = moves as far as the rest

WAYS = {  # what a prompt says, the surest first -> across and down
    r"\b(?:left|leftwards?)\b": (-1.0, 0.0),
    r"\b(?:right|rightwards?)\b": (1.0, 0.0),
    r"\b(?:down|downwards?|fall(?:s|ing)?|pour(?:s|ing)?|drip(?:s|ping)?|waterfalls?)\b": (0.0, 1.0),
    r"\b(?:up|upwards?|ris(?:es?|ing)|climb(?:s|ing)?|smok(?:es?|ing)|burn(?:s|ing)?|flames?)\b": (0.0, -1.0),
    r"\b(?:drift(?:s|ing)?|flow(?:s|ing)?|pass(?:es|ing)?|roll(?:s|ing)?)\b": (1.0, 0.0),
}
SPEED = 0.09  # frame heights a second, of what flows
PERIOD = 1.6  # seconds after which a phase begins anew
RIPPLE, LENGTHS, TURNS = 0.006, (0.11, 0.19), (1.9, 1.1)  # of waves: frame heights; of two, frame heights and seconds
BEGINS = 0.6  # seconds in which ripples grow


def way(prompt: str) -> tuple[float, float]:
    """Which way a prompt says that something flows: across and down, 0, 0 = it says nothing, and it ripples."""
    return next((to for words, to in WAYS.items() if re.search(words, prompt, re.IGNORECASE)), (0.0, 0.0))


def drifted(picture: Frame, share: Share, seconds: float, toward: tuple[float, float], pace: float = 1.0) -> Frame:
    """A picture as it looks after so many seconds. toward: as `way` has it. pace: 1 = as usual, 0 = it stands."""
    if seconds == 0 or pace == 0 or not share.any():
        return picture
    pixels = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)  # (3, H, W)
    moves = torch.from_numpy(share)
    high = pace * len(picture)
    if toward == (0.0, 0.0):
        made = _moved(pixels, moves * _ripples(picture.shape[:2], seconds) * high)
    else:
        made, along = torch.zeros_like(pixels), torch.tensor(toward)[:, None, None] * moves
        for shift in (0.0, 0.5):
            phase = (seconds / PERIOD + shift + 0.5) % 1.0
            made += (1 - abs(2 * phase - 1)) * _moved(pixels, along * (SPEED * PERIOD * high * (phase - 0.5)))
    whole = made.clamp(0, 255).round().permute(1, 2, 0).numpy()
    out: Frame = np.where(share[..., None] > 0, whole, picture).astype(np.uint8)
    return out


def _ripples(size: tuple[int, int], seconds: float) -> Tensor:
    """Displacements (2, H, W), frame heights, of two waves that cross."""
    x, y = places(*size) / size[0]
    across = (2 * math.pi * (y / LENGTHS[0] - seconds / TURNS[0])).sin()
    down = (2 * math.pi * ((x + 0.6 * y) / LENGTHS[1] - seconds / TURNS[1])).sin()
    return min(seconds / BEGINS, 1.0) * RIPPLE * torch.stack([across, 0.5 * down])


def _moved(pixels: Tensor, by: Tensor) -> Tensor:
    """Pixels (3, H, W) carried by so many pixels, across and down (2, H, W)."""
    return sampled(pixels, places(*pixels.shape[1:]) - by)
