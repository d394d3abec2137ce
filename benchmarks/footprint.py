"""What open models hold in memory at their real sizes, beside their weights. See README.md here.

Counted on tensors that have no contents (torch's meta device): no GPU and no download, and no figure of an allocator.

python benchmarks/footprint.py
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from soracli.models.common.tiling import of_pixels
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig

# name -> configuration (its depth does not matter: one block after the other), and a usual clip's latent grid
WAN = {
    "wan 2.1 1.3B": (WanConfig(depth=3), (21, 60, 104)),
    "wan 2.1 VACE 1.3B": (WanConfig(depth=4, vace=(0, 2)), (21, 60, 104)),
    "wan 2.1 14B": (WanConfig(heads=40, hidden=13824, depth=3), (21, 60, 104)),
    "wan 2.1 VACE 14B": (WanConfig(heads=40, hidden=13824, depth=4, vace=(0, 2)), (21, 60, 104)),
    "wan 2.2 TI2V 5B": (WanConfig(48, 48, 24, 128, 3, 14336), (31, 44, 80)),
}
LTX = {"ltx 2B": LtxConfig(depth=3), "ltx 13B": LtxConfig(depth=3, head=128)}
WAN_VAES = {
    "wan 2.1": (WanVaeConfig(), 8, (5, 60, 104)),
    "wan 2.2": (WanVaeConfig(160, 256, 48, residual=True, patch=2, mean=(0.0,) * 48, std=(1.0,) * 48), 16, (5, 44, 80)),
}
EARLY = {"encoder": (128, 256, 512, 512), "encoder_blocks": (4, 3, 3, 3, 4), "strided": True}
LTX_VAES = {
    "ltx 0.9.0": LtxVaeConfig(
        decoder=(128, 256, 512, 512), decoder_blocks=(4, 3, 3, 3, 4), timed=False, grain=(False,) * 5, **EARLY
    ),
    "ltx 0.9.1": LtxVaeConfig(decoder_blocks=(5, 6, 7, 8), grain=(True, True, True, False), **EARLY),
    "ltx": LtxVaeConfig(),
}
SIZES = (0, 512, 256)  # of tiles


class Counting(TorchDispatchMode):
    """Counts the bytes of tensors that were made since and are alive. peak: the most there were."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._alive: dict[int, list[int]] = {}  # by storage: tensors on it, bytes

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        given = {_storage(x) for x in _tensors((args, kwargs))}
        for x in _tensors(out):
            self._hold(x, _storage(x) in given)
        return out

    def _hold(self, x: Tensor, is_view: bool) -> None:
        name = _storage(x)
        if name not in self._alive:
            if is_view:  # of what was there before
                return
            self._alive[name] = [0, x.untyped_storage().nbytes()]
            self.now += self._alive[name][1]
            self.peak = max(self.peak, self.now)
        self._alive[name][0] += 1
        weakref.finalize(x, self._let_go, name)

    def _let_go(self, name: int) -> None:
        self._alive[name][0] -= 1
        if self._alive[name][0] == 0:
            self.now -= self._alive.pop(name)[1]


def _storage(x: Tensor) -> int:
    return int(x.untyped_storage()._cdata)


def _tensors(tree: Any) -> Iterator[Tensor]:
    return (x for x in torch.utils._pytree.tree_leaves(tree) if isinstance(x, Tensor))


def _fused(q: Tensor, *rest: Any, **more: Any) -> Tensor:
    """Attention that holds nothing but its result."""
    return torch.empty_like(q)


def peak(run: Callable[[], object]) -> int:
    """Bytes that a call holds at most, beside what it is given. Attention counts as fused."""
    plain = F.scaled_dot_product_attention
    F.scaled_dot_product_attention = _fused  # type: ignore[assignment]
    try:
        with torch.inference_mode(), Counting() as counting:
            run()
        return counting.peak
    finally:
        F.scaled_dot_product_attention = plain


def through(parts: Iterator[Tensor]) -> None:
    for _ in parts:
        pass


def wan(config: WanConfig, grid: tuple[int, int, int], dtype: torch.dtype = torch.bfloat16) -> float:
    """Bytes per token of a step."""
    with torch.device("meta"):
        network = WanTransformer(config).to(dtype)
        x, text = torch.empty(1, config.channels_in, *grid, dtype=dtype), torch.empty(1, 512, 4096, dtype=dtype)
        control = torch.empty(1, config.control, *grid, dtype=dtype) if config.vace else None
        used = peak(lambda: network(x, torch.empty(1), text, control))
    return used / (grid[0] * grid[1] * grid[2] // 4)


def ltx(config: LtxConfig, tokens: int = 16 * 22 * 38, dtype: torch.dtype = torch.bfloat16) -> float:
    """Bytes per token of a step, each token with its own noise level."""
    with torch.device("meta"):
        network = LtxTransformer(config).to(dtype)
        x, text = torch.empty(1, tokens, 128, dtype=dtype), torch.empty(1, 128, 4096, dtype=dtype)
        used = peak(lambda: network(x, torch.empty(1, tokens), text, None, torch.empty(1, 3, tokens)))
    return used / tokens


def wan_decoder(config: WanVaeConfig, side: int, grid: tuple[int, int, int], tile: int) -> float:
    """Bytes per pixel of a latent frame."""
    with torch.device("meta"):
        vae, latents = WanVae(config), torch.empty(1, config.channels, *grid)
        used = peak(lambda: through(vae.decode(latents, of_pixels(tile, side, time=False))))
    return used / (4 * grid[1] * grid[2] * side**2)


def ltx_decoder(grid: tuple[int, int, int], tile: int, config: LtxVaeConfig | None = None) -> float:
    """Bytes per pixel of the clip."""
    config = config or LtxVaeConfig()
    with torch.device("meta"):
        vae, latents = LtxVae(config).to(torch.bfloat16), torch.empty(1, 128, *grid)
        tiling = of_pixels(tile, 32, time=True)
        used = peak(lambda: through(vae.decode(latents, 0.05, torch.empty_like(latents), 0.025, tiling)))
    return used / ((8 * grid[0] - 7) * grid[1] * grid[2] * 1024)


def ltx_encoder(config: LtxVaeConfig, size: tuple[int, int, int]) -> float:
    """Bytes per pixel of a clip of so many frames, lines and columns."""
    with torch.device("meta"):
        vae, pixels = LtxVae(config).to(torch.bfloat16), torch.empty(1, 3, *size)
        used = peak(lambda: vae.encode(pixels))
    return used / (size[0] * size[1] * size[2])


def main() -> None:
    rows: list[dict[str, Any]] = []
    rows += [{"step": name, "bytes_per_token": round(wan(*found))} for name, found in WAN.items()]
    rows += [{"step": name, "bytes_per_token": round(ltx(config))} for name, config in LTX.items()]
    for tile in SIZES:
        for name, (config, side, grid) in WAN_VAES.items():
            each = wan_decoder(config, side, grid, tile)
            rows.append({"decode": name, "grid": grid, "tiles": tile, "bytes_per_pixel_of_a_latent_frame": round(each)})
        for name, config in LTX_VAES.items() if not tile else [("ltx", LtxVaeConfig())]:
            for grid in ((16, 22, 38), (31, 22, 38)):
                each = round(ltx_decoder(grid, tile, config), 1)
                rows.append({"decode": name, "grid": grid, "tiles": tile, "bytes_per_pixel_of_the_clip": each})
    for name, config in LTX_VAES.items():
        each = round(ltx_encoder(config, (121, 704, 1216)), 1)
        rows.append({"encode": name, "frames": 121, "bytes_per_pixel_of_the_clip": each})
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
