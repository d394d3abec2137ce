"""`sora doctor --calibrate`: how fast this machine does what a render is made of, in a few seconds.

Each rate is the median of several rounds. On a CPU the time is the processor's own, so that other work on the machine
does not make the figures worse: estimates are for a machine that has nothing else to do.
"""

from __future__ import annotations

import datetime
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from soracli import media
from soracli.errors import CheckError
from soracli.models.common import precision
from soracli.models.spark.dit import attention
from soracli.system.machine import Rates

TOKENS, WIDTH, HEADS = 512, 256, 4  # as of a clip of 4 s
ROUNDS, ENOUGH = 5, 0.15  # rounds, seconds of each
SIDE, FRAMES, CHANNELS = 256, 16, 48
GRAIN = 2  # of 255, standard deviation: about that of what small models paint


def measure(device: str = "cpu", threads: int | None = None) -> Rates:
    """All rates with so many threads (None = as torch is set). Takes about ten seconds."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            return Rates(
                products=_products(device), attention=_attention(device), convolutions=_convolutions(device),
                scaling=_scaling(device), saving=_saving(), start=_start(threads),
                measured=datetime.date.today().isoformat(),
            )  # fmt: skip
    finally:
        torch.set_num_threads(before)


def _clock(device: str) -> float:
    """Seconds of the processor by one thread, or of the wall if an accelerator works."""
    if device != "cpu":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time() / torch.get_num_threads()


def _rate(work: Callable[[], object], amount: float, device: str = "cpu") -> float:
    """Amount of work per second."""
    work()
    found = []
    for _ in range(ROUNDS):
        start, wall, count = _clock(device), time.perf_counter(), 0
        while count == 0 or (_clock(device) - start < ENOUGH and time.perf_counter() - wall < 10 * ENOUGH):
            work()
            count += 1
        found.append(count * amount / max(_clock(device) - start, 1e-6))
    return statistics.median(found)


def _products(device: str) -> float:
    """FLOP per second of a transformer's layers without attention: up, a gate, down, a norm."""
    x = torch.randn(TOKENS, WIDTH, device=device)
    up, down = torch.randn(WIDTH, 4 * WIDTH, device=device), torch.randn(4 * WIDTH, WIDTH, device=device)

    def work() -> object:
        with precision.products(x.device):
            return F.layer_norm(x, (WIDTH,)) + F.silu(x @ up) @ down

    return _rate(work, 2 * 2 * TOKENS * WIDTH * 4 * WIDTH, device)


def _attention(device: str) -> float:
    kind = torch.bfloat16 if precision.halved(torch.device(device)) else torch.float32
    q, k, v = (torch.randn(1, HEADS, TOKENS, WIDTH // HEADS, device=device, dtype=kind) for _ in range(3))
    return _rate(lambda: attention(q, k, v, None), 4 * TOKENS * TOKENS * WIDTH, device)


def _convolutions(device: str) -> float:
    """FLOP per second of 3x3 convolutions at a quarter of a picture's size, two pictures at a time."""
    side = SIDE // 4
    x = torch.randn(2, CHANNELS, side, side, device=device).contiguous(memory_format=torch.channels_last)
    kernel = torch.randn(CHANNELS, CHANNELS, 3, 3, device=device).contiguous(memory_format=torch.channels_last)
    amount = 2 * 2 * side * side * CHANNELS * CHANNELS * 9

    def work() -> object:
        with precision.products(x.device):
            return F.conv2d(F.silu(x), kernel, padding=1)

    return _rate(work, amount, device)


def _scaling(device: str) -> float:
    """Pixels of the result per second, brought to twice the size and to whole numbers."""
    x = torch.rand(4, 3, SIDE, SIDE, device=device)

    def work() -> object:
        large = F.interpolate(x, (2 * SIDE, 2 * SIDE), mode="bicubic", antialias=True).clamp(0, 1)
        return large.permute(0, 2, 3, 1).mul(255).round().to(torch.uint8).contiguous()

    return _rate(work, 4 * 4 * SIDE * SIDE, device)


def _saving() -> float:
    """Pixels per second of grainy frames with something moving in them, encoded as H.264."""
    rng = np.random.default_rng(0)
    still = np.kron(rng.integers(40, 200, (SIDE // 16, SIDE // 16, 3)), np.ones((16, 16, 1)))
    grain = rng.normal(0, GRAIN, (FRAMES, SIDE, SIDE, 3))
    frames = np.clip(np.stack([np.roll(still, 2 * i, 1) for i in range(FRAMES)]) + grain, 0, 255).astype(np.uint8)

    def work() -> None:
        with (
            tempfile.TemporaryDirectory(prefix="sora-") as folder,
            media.Writer(Path(folder) / "a.mp4", SIDE, SIDE, Fraction(16)) as writer,
        ):
            writer.add(frames)

    start, wall = _spent(resource.RUSAGE_SELF), time.perf_counter()
    for _ in range(3):
        work()
    spent = min(_spent(resource.RUSAGE_SELF) - start, time.perf_counter() - wall)  # it may use several threads
    return 3 * frames[..., 0].size / max(spent, 1e-6)


def _start(threads: int | None) -> float:
    """Seconds of the processor from the command to a loaded model: the smallest render there is."""
    before = _spent(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "soracli", "image", "x", "-m", "tiny", "-s", "32x32", "--steps", "1", "-q"]
    with tempfile.TemporaryDirectory(prefix="sora-") as folder:
        command += ["--threads", str(threads or 1), "-o", str(Path(folder) / "a.png")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CheckError(f"doctor: a small render failed ({ran.stderr.strip()[:200]}); see: sora doctor", "calibrate")
    return _spent(resource.RUSAGE_CHILDREN) - before


def _spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
