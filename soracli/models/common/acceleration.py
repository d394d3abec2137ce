"""Ways to be faster: blocks that are compiled, and steps that reuse what the blocks said a step before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn

BACKEND = "inductor"
Step = Callable[[Tensor], Tensor]


def compiled(make: Callable[[], nn.Module]) -> nn.Module:
    """A network whose repeated blocks go through torch.compile, once for all. The first step waits for it."""
    network = make()
    for part in network.children():
        for block in part if isinstance(part, nn.ModuleList) else ():
            block.compile(backend=BACKEND)
    return network


class FirstBlockCache:
    """First-block cache: reuse the remaining blocks' residual while the first block's changes little.

    The first block's residual is compared with that of the last step that was computed in full; where they differ by no
    more than `threshold` of it (means of absolute values), the other blocks' residual of that step is added once more.
    One of these belongs to one prompt in one sampling.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.skipped = 0
        self._first: Tensor | None = None
        self._rest: Tensor | None = None

    def through(self, x: Tensor, steps: Sequence[Step]) -> Tensor:
        """Apply the blocks in order, or the first alone and the cached residual of the others."""
        begun = steps[0](x)
        change = begun - x
        if self._first is not None and self._rest is not None and self._near(change, self._first):
            self.skipped += 1
            return begun + self._rest
        done = begun
        for step in steps[1:]:
            done = step(done)
        self._first, self._rest = change, done - begun
        return done

    def _near(self, change: Tensor, before: Tensor) -> bool:
        return float((change - before).abs().mean() / before.abs().mean()) <= self.threshold


def by_network(threshold: float, names: Sequence[str]) -> dict[str, FirstBlockCache]:
    """A cache for each network; none at threshold 0."""
    return {name: FirstBlockCache(threshold) for name in names} if threshold > 0 else {}
