"""Scenes to pixels, in batches: one call renders any mix of domains at any size, rate and length.

Each domain has a painter in its own module (`scenery`, `panorama`, `solids`, `studio`), listed in `PAINTERS` as
`module:function` and loaded when first used. The signature of a painter is written down in `frame`:

    paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted

Weather and style are laid over every domain here, by `effects`, so painters need not know them.
"""

from __future__ import annotations

PAINTERS = {
    "scenery": "soracli.world.scenery:paint",
    "panorama": "soracli.world.panorama:paint",
    "solid": "soracli.world.solids:paint",
    "studio": "soracli.world.studio:paint",
}
