"""Which pixels of a film or photograph show people: `--mask person`."""

from __future__ import annotations

import functools

import numpy as np
import torch
import torch.nn.functional as F

from soracli.footage import optical_flow
from soracli.models.common import quantise
from soracli.models.people import SIZE, People
from soracli.types import Frames, Mask
from soracli.weights import manifest

TOOL = "people"  # of the weights
SURE = 0.4  # from which a pixel shows a person
AROUND = 0.008  # of the shorter side by which a mask is made wider: hair, fringes of motion
LEAST = 0.002  # of the picture: less is nobody
STEADY = 0.35  # share of the frame before in how sure it is


@functools.cache
def network(device: str = "cpu") -> People:
    """Ready. Raises WeightsError if its file is missing or is another."""
    return quantise.filled(People(), TOOL, manifest.paths(manifest.tools()[TOOL])["network"]).to(device)


@torch.inference_mode()
def mask(frames: Frames, device: str = "cpu") -> Mask:
    """(T, H, W), 1 where a person is, from frames (T, H, W, 3). The network sees pictures of SIZE, and half-figures
    near the camera best."""
    height, width = frames.shape[1:3]
    pixels = max(1, round(AROUND * min(height, width)))
    out = np.zeros(frames.shape[:3], np.float32)
    before = None
    for t, frame in enumerate(frames):
        small = F.interpolate(optical_flow.tensor(frame, device), (SIZE, SIZE), mode="bilinear", antialias=True)
        sure = network(device)(small.clamp(0, 1))
        sure = sure if before is None else torch.lerp(sure, before, STEADY)
        before = sure
        large = F.interpolate(sure, (height, width), mode="bilinear", align_corners=False)
        wide = F.max_pool2d((large > SURE).float(), 2 * pixels + 1, 1, pixels)
        if wide.mean() >= LEAST:
            out[t] = wide[0, 0].cpu().numpy()
    return out
