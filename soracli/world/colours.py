"""Drawings in another colour: a word of colour takes the place of the drawing's main one, its shading kept."""

from __future__ import annotations

import torch

from soracli.world.hues import COLOURS

BINS = 24  # of hue
NEAR = 1 / 7  # of the circle of hues: what counts as the main colour
GREY = 0.18  # saturation below which a pixel has no hue
DARK = 0.22  # value below which it is an eye or an outline


def recoloured(art: torch.Tensor, word: str) -> torch.Tensor:
    """Drawings uint8 (K, 4, rows, columns) premultiplied, their main colour replaced; unknown words change nothing.

    The main colour is the most frequent hue of all of them together, or grey where most pixels have none. Pixels near
    it take the new colour, lighter and darker as they were against the middle of their kind.
    """
    target = COLOURS.get(word.lower())
    if target is None:
        return art
    alpha = art[:, 3:].float() / 255
    colour = art[:, :3].float() / 255 / alpha.clamp(min=1e-3)
    colour = colour.clamp(0, 1)
    main = _main(colour, alpha)
    value = colour.amax(1, keepdim=True)
    weight = main * alpha
    if not bool(weight.any()):
        return art
    middle = float((value * weight).sum() / weight.sum())
    goal = torch.tensor(target).view(1, 3, 1, 1) / 255
    ratio = value / max(middle, 0.05)
    lit = torch.where(ratio <= 1, goal * ratio**1.1, goal + (1 - goal) * (1 - 1 / ratio.clamp(min=1)) * 0.9)
    mixed = torch.lerp(colour, lit.clamp(0, 1), main)
    return torch.cat([(mixed * alpha * 255).round().to(torch.uint8).minimum(art[:, 3:]), art[:, 3:]], 1)


def _main(colour: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """How far each pixel (K, 1, rows, columns) is of the main colour, 0..1. colour: (K, 3, rows, columns) 0..1."""
    high, low = colour.amax(1, keepdim=True), colour.amin(1, keepdim=True)
    spread = (high - low).clamp(min=1e-6)
    saturation = spread / high.clamp(min=1e-6)
    hue = _hue(colour, high, spread)
    bright = ((high - DARK) / 0.12).clamp(0, 1)
    coloured = ((saturation - GREY) / 0.12).clamp(0, 1) * bright
    weights = (alpha * coloured).flatten()
    plain = alpha * (1 - ((saturation - GREY) / 0.12).clamp(0, 1)) * bright
    if float(weights.sum()) < 0.6 * float(plain.sum()):
        return (1 - ((saturation - GREY - 0.1) / 0.15).clamp(0, 1)) * bright
    counts = torch.zeros(BINS).scatter_add_(0, (hue.flatten() * BINS).long().clamp(max=BINS - 1), weights)
    wide = counts + counts.roll(1) + counts.roll(-1)
    centre = (int(wide.argmax()) + 0.5) / BINS
    away = ((hue - centre + 0.5) % 1 - 0.5).abs()
    return ((NEAR - away) / 0.04).clamp(0, 1) * coloured


def _hue(colour: torch.Tensor, high: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
    """Hue (K, 1, rows, columns), 0..1 round the circle."""
    r, g, b = colour[:, :1], colour[:, 1:2], colour[:, 2:3]
    sector = torch.where(
        high == r, (g - b) / spread % 6, torch.where(high == g, (b - r) / spread + 2, (r - g) / spread + 4)
    )
    return (sector / 6) % 1
