"""What readers of clips look at: colours, textures, what falls, how the background moves. Pure functions of pixels.

Films are uint8 frames of one clip; features are float32 (K,), scaled later. VGG is that of `likeness.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from likeness import Vgg
from styles import statistics
from torch import Tensor

from soracli.world.ensemble import camera
from soracli.world.language.verbs import ground_factor
from soracli.world.scene import Scene

FEW = (1, 6)  # of a film's moments those whose looks are taken; of the last of these what falls too
SMALL, FINE, LINES = 64, 128, 256  # pixels of the shorter side: looks, the ground's travel, what falls
STYLED = 96  # pixels of the middle of a frame in which its style is read
PIVOT = 0.64  # frame heights from the top: the row that a zoom leaves in place
PACES = (0.18, 0.46)  # of the ground, in tenths of a frame height from moment to moment: none, a pan, a follower's
BANDS, LEVELS = 8, 4  # of colour histograms: bands of rows, levels of each of red, green and blue
FALL = (40, 8)  # pixels at LINES, downwards and to either side, by which a falling thing may have moved
SMALLER = 9  # pixels at LINES, odd: things that fall are finer than this
KNOWN = ("zoom in", "zoom out", "pan left", "pan right", "tilt up", "tilt down")  # cameras that leave nothing to chance


class Film(NamedTuple):
    """What is looked at. frames: uint8 (9, H, W, 3), evenly over `length` seconds. after: (1, H, W, 3), a sixteenth
    of a second after one of them. finished: uint8 (1, H, W, 3), one of them in its style.
    """

    frames: Tensor
    after: Tensor
    finished: Tensor


def _scaled(frames: Tensor, side: int) -> Tensor:
    """uint8 (n, H, W, 3) -> float (n, 3, side, side) in 0..255, the middle square."""
    x = frames.permute(0, 3, 1, 2).float()
    least = min(x.shape[2:])
    top, left = ((length - least) // 2 for length in x.shape[2:])
    return F.interpolate(x[:, :, top : top + least, left : left + least], (side, side), mode="area")


def looks(vgg: Vgg, film: Film, seconds: Sequence[float], length: float) -> dict[str, Tensor]:
    """Features (K,) by group: `look` where what is, `grid` colours where they are, `bands` colours by rows, `texture`,
    `points`, `flecks` and `fallen` what falls, `motion` of the camera, `style` and `manner` of a finished frame.

    seconds: of the film's frames. length: of the scene that they are of.
    """
    few = film.frames[list(FEW)]
    small, now, later = _scaled(few, SMALL), _scaled(few[-1:], LINES)[0], _scaled(film.after, LINES)[0]
    first, second, third = vgg(small)
    grid = [F.adaptive_avg_pool2d(first, 4), F.adaptive_avg_pool2d(third, 4)]
    return {
        "look": torch.cat([part.mean(0).flatten() for part in grid]),
        "grid": F.adaptive_avg_pool2d(small, 8).mean(0).flatten(),
        "bands": banded(small),
        "texture": _texture([first, second]),
        "points": points(now),
        "flecks": flecks(now, later),
        "fallen": fallen(now, later),
        "motion": torch.cat([squares(moves(film.frames)), explained(film.frames, seconds, length)]),
        "style": _texture(vgg(_middle(film.finished), 1)),
        "manner": torch.cat([statistics(film.finished.numpy()), manner(film.finished)]),
    }


def _levels(pixels: Tensor) -> Tensor:
    """(..., 3, H, W) in 0..255 -> number of the colour, int64 (..., H, W), of LEVELS**3."""
    steps = (pixels * LEVELS / 256).long().clamp(0, LEVELS - 1)
    return (steps[..., 0, :, :] * LEVELS + steps[..., 1, :, :]) * LEVELS + steps[..., 2, :, :]


def banded(pictures: Tensor) -> Tensor:
    """Roots of the shares of colours in each band of rows, of pictures (n, 3, H, W) in 0..255: (BANDS * LEVELS**3,)."""
    colours = F.one_hot(_levels(pictures), LEVELS**3).float().mean(0)  # (H, W, colours)
    return colours.unflatten(0, (BANDS, -1)).mean((1, 2)).sqrt().flatten()


def _details(x: Tensor) -> Tensor:
    """What of maps (..., H, W) is finer than SMALLER."""
    return x - F.avg_pool2d(x[None], SMALLER, 1, SMALLER // 2, count_include_pad=False)[0]


def _coloured(picture: Tensor, weight: Tensor) -> Tensor:
    """Roots of the shares of colours of a picture (3, H, W), weighed by (H, W), and log of the mean weight."""
    shares = torch.zeros(LEVELS**3).index_add_(0, _levels(picture).flatten(), weight.flatten())
    return torch.cat([(shares / shares.sum().clamp(min=1)).sqrt(), weight.mean().log1p()[None]])


def points(picture: Tensor) -> Tensor:
    """Which colours the fine bright details of a picture (3, H, W) have, and how much of them there is."""
    return _coloured(picture, (_details(picture).amax(0) - 20).clamp(0, 60))


def flecks(before: Tensor, after: Tensor) -> Tensor:
    """Which colours the fine details have that change between pictures (3, H, W), and how much of them there is."""
    return _coloured(after, (_details(after - before).amax(0) - 8).clamp(0, 60))


def fallen(before: Tensor, after: Tensor) -> Tensor:
    """By how much fine details that appear lie below and beside those that went, of pictures (3, H, W): correlation of
    either at each displacement over the mean of all, ((FALL[0] + 2) // 2 * (FALL[1] + 1),), each the best of 2 x 2.
    """
    change = _details((after - before).mean(0, keepdim=True))[0]
    came, went = (change - 2).clamp(0, 40), (-change - 2).clamp(0, 40)
    size = [side + reach for side, reach in zip(change.shape, (FALL[0] + 1, 2 * FALL[1] + 1), strict=True)]
    both = torch.fft.irfft2(torch.fft.rfft2(came, s=size) * torch.fft.rfft2(went, s=size).conj(), s=size)
    near = torch.cat([both[: FALL[0] + 1, -FALL[1] :], both[: FALL[0] + 1, : FALL[1] + 1]], 1).clamp(min=0)
    best = F.max_pool2d(near[None], 2, ceil_mode=True)[0]
    return (best / (best.mean() + 100)).log1p().flatten()


def explained(frames: Tensor, seconds: Sequence[float], length: float) -> Tensor:
    """How much better each of the KNOWN cameras fits frames (9, H, W, 3) than one that stands: log of what differs
    from frame to frame without it over what does with it, mean and median over the steps, (12,).
    """
    grey = frames.float().mean(3)[:, None]
    aspect = grey.shape[3] / grey.shape[2]
    grey = F.interpolate(grey, (SMALL, round(SMALL * aspect)), mode="area")
    before, after = grey[:-1], grey[1:]
    v = ((torch.arange(SMALL) + 0.5) / SMALL)[:, None]
    u = ((torch.arange(grey.shape[3]) + 0.5) / grey.shape[3])[None]
    pace = torch.tensor([ground_factor(float(row)) for row in v])[:, None]
    plain, out = (after - before).abs().clamp(max=20), []
    for name in KNOWN:
        scene = Scene("scenery", (), "meadow", "day", camera=name, length=length)
        view = camera(scene, torch.tensor(seconds, dtype=torch.float64), aspect)
        x, zoom = (part.float()[:, None, None] for part in (view.x, view.zoom))
        middle = view.middle.float()[:, :, None, None]
        across = ((u - 0.5) / zoom[:-1] + middle[:-1, 0] - middle[1:, 0]) * zoom[1:] + 0.5 - pace * (x[1:] - x[:-1])
        down = ((v - 0.5) / zoom[:-1] + middle[:-1, 1] - middle[1:, 1]) * zoom[1:] + 0.5
        where = torch.stack([across.expand(-1, *grey.shape[2:]), down.expand(-1, *grey.shape[2:])], -1) * 2 - 1
        inside = (where.abs() < 1).all(3)[:, None].float()
        apart = (F.grid_sample(after, where, align_corners=False) - before).abs().clamp(max=20)
        left = [(part * inside).sum((1, 2, 3)) / inside.sum((1, 2, 3)).clamp(min=1) + 0.2 for part in (plain, apart)]
        gain = (left[0] / left[1]).log() * 3
        out += [gain.mean(), gain.median()]
    return torch.stack(out)


def manner(frames: Tensor) -> Tensor:
    """What the looks leave in levels, of uint8 (n, H, W, 3): shares of pixels on ladders, alike and nearly so."""
    x = frames.float()
    ladders = [(x - (x / 255 * steps).round() * 255 / steps).abs().amax(3).lt(1).float().mean() for steps in (7, 8)]
    across = (x[:, :, 1:] - x[:, :, :-1]).abs().amax(3)
    shares = [across.le(level).float().mean() for level in (0, 1, 2, 4, 8, 16, 32, 64)]
    inner = x[:, 16:-16, 16:-16].mean() + 1
    rims = [x[:, k].mean() / inner for k in (0, 1, 2, 4, 8)] + [x[:, :, k].mean() / inner for k in (0, 1, 2, 4, 8)]
    return torch.stack([*ladders, *shares, *rims])


def _middle(frames: Tensor) -> Tensor:
    """The middle pixels of frames of LINES lines, as they are."""
    x = frames.permute(0, 3, 1, 2).float()
    top, left = ((length - STYLED) // 2 for length in x.shape[2:])
    return x[:, :, top : top + STYLED, left : left + STYLED]


def _texture(blocks: Sequence[Tensor]) -> Tensor:
    """Mean and spread of every channel, (K,)."""
    parts = [part for block in blocks for part in (block.mean((2, 3)), block.flatten(2).std(2))]
    return torch.cat(parts, 1).mean(0).log1p()


def squares(x: Tensor) -> Tensor:
    """Numbers (K,) and all their products."""
    rows, columns = torch.triu_indices(len(x), len(x))
    return torch.cat([x, x[rows] * x[columns]])


def moves(frames: Tensor) -> Tensor:
    """How the background moves: numbers of about 1, (28,), of frames (9, H, W, 3)."""
    grey = frames.float().mean(3)[:, None]
    wide = grey.shape[3] / grey.shape[2]
    small, fine = (F.interpolate(grey, (side, round(side * wide)), mode="area") for side in (SMALL, FINE))
    found, plain, fitted = registered(small[:-1], small[1:])
    rates = found * torch.tensor([10.0, 20.0, 20.0, 20.0])
    gain = (plain / fitted.clamp(min=0.2)).clamp(min=0.2).log().mean(0)  # (2,) of the middle, of the sides
    gone, better = travelled(fine[:-1], fine[1:])
    usual = gone[:6].median()
    ground = torch.stack([usual, gone[:6].mean(), gone[7], gone.std(), better[:6].median(), better[7]])
    pace = torch.stack([((usual.abs() - level) * 30).sigmoid() for level in PACES])
    early, late = rates[:6].median(0).values, rates[7]
    return torch.cat([early, late, rates.std(0), rates.abs().mean(0), rates[:6].mean(0), gain, ground * 4, pace]).clamp(
        -4, 4
    )


def travelled(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """How far the ground alone went sideways, of frames (n, 1, h, w): most of a picture may stand still beside it.

    Of all travels up to 0.14 frame heights the one that leaves least. Returns (n,) frame heights times 10, and log of
    what is left without it over what is left with it.
    """
    height = before.shape[2]
    top = round(0.64 * height)
    before, after = before[:, :, top:], after[:, :, top:]
    rows = (torch.arange(top, height) + 0.5) / height
    pace = torch.tensor([ground_factor(float(row)) for row in rows])[:, None]
    x = (torch.arange(before.shape[3]) + 0.5) / before.shape[3] * 2 - 1
    y = ((torch.arange(len(rows)) + 0.5) / len(rows) * 2 - 1)[:, None].expand(-1, len(x))
    ways = torch.linspace(-0.14, 0.14, 57)
    left = []
    for way in ways:
        shifted = x - way * pace * height / before.shape[3] * 2
        inside = (shifted.abs() < 1).float()
        grid = torch.stack([shifted, y], -1).expand(len(before), -1, -1, -1)
        warped = F.grid_sample(after, grid, padding_mode="border", align_corners=False)
        apart = (warped - before).abs().clamp(max=20)[:, 0] * inside
        left.append(apart.sum((1, 2)) / inside.sum().clamp(min=1))
    costs = torch.stack(left, 1)  # (n, 57)
    best = costs.argmin(1)
    least = costs.gather(1, best[:, None])[:, 0]
    return ways[best] * 10, ((costs[:, 28] + 0.1) / (least + 0.1)).log()


def registered(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The camera between frames (n, 1, h, w), by Gauss-Newton on three scales, far-off pixels weighing less.

    Returns (n, 4): travel of the ground, sideways and downward shift, in frame heights, log of the zoom; and what is
    left without and with it, (n, 2), grey levels, in the middle of the frame and at its sides.
    """
    p = torch.zeros(len(before), 4)
    for scale in (4, 2, 1):
        a, b = (F.avg_pool2d(x, scale) if scale > 1 else x for x in (before, after))
        for _ in range(6):
            p = p + _step(a, b, p)
    warped, inside = _warped(after, p)
    across = (torch.arange(before.shape[3]) + 0.5) / before.shape[2] - before.shape[3] / before.shape[2] / 2
    middle = ((across.abs() < 0.2).float() * torch.ones(before.shape[2], 1)).expand_as(before)

    def left(x: Tensor) -> Tensor:
        apart = (x - before).abs() * inside
        return torch.stack(
            [(apart * m).sum((1, 2, 3)) / (inside * m).sum((1, 2, 3)).clamp(min=1) for m in (middle, 1 - middle)], 1
        )

    return p, left(after), left(warped)


def _basis(height: int, width: int) -> tuple[Tensor, Tensor]:
    """How each number moves a pixel sideways and downwards, (4, h, w) each, frame heights."""
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / height - width / height / 2
    ground = torch.tensor([ground_factor(float(row)) for row in y])
    one, none = torch.ones(height, width), torch.zeros(height, width)
    across = torch.stack([-ground[:, None] * one, one, none, x[None] * one])
    return across, torch.stack([none, none, one, (y[:, None] - PIVOT) * one])


def _warped(after: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """The later frames brought back, and where they are known."""
    height, width = after.shape[2:]
    across, down = _basis(height, width)
    dx, dy = (torch.einsum("nk,khw->nhw", p, part) for part in (across, down))
    x = (torch.arange(width) + 0.5 + dx * height) / width * 2 - 1
    y = ((torch.arange(height) + 0.5)[:, None] + dy * height) / height * 2 - 1
    inside = ((x.abs() < 1) & (y.abs() < 1)).float()[:, None]
    return F.grid_sample(after, torch.stack([x, y], -1), padding_mode="border", align_corners=False), inside


def _step(before: Tensor, after: Tensor, p: Tensor) -> Tensor:
    """One step of Gauss-Newton, (n, 4)."""
    warped, inside = _warped(after, p)
    height = before.shape[2]
    gx = F.pad((warped[..., 2:] - warped[..., :-2]) / 2, (1, 1)) * height
    gy = F.pad((warped[..., 2:, :] - warped[..., :-2, :]) / 2, (0, 0, 1, 1)) * height
    across, down = _basis(*before.shape[2:])
    slope = gx * across + gy * down  # (n, 4, h, w)
    apart = warped - before
    usual = apart.abs().flatten(1).median(1).values.clamp(min=0.5)[:, None, None, None]
    weight = inside / (1 + (apart / (3 * usual)) ** 2) ** 2
    flat = slope.flatten(2)
    matrix = torch.einsum("nip,njp->nij", flat * weight.flatten(2), flat)
    matrix = matrix + torch.diag_embed(0.01 * matrix.diagonal(dim1=1, dim2=2).mean(1, keepdim=True).expand(-1, 4) + 1)
    pull = torch.einsum("nip,nzp->ni", flat, (apart * weight).flatten(2))
    return -torch.linalg.solve(matrix, pull).clamp(-0.1, 0.1)
