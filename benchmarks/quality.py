"""How far is what is painted from the renderer's pictures, and does it last? See README.md here.

python benchmarks/quality.py --assets DIR                       the model that ships
python benchmarks/quality.py --assets DIR --only told --count 60

- told: a small network is trained to tell painted pictures from rendered ones of the same scenes; its share of right
  answers on scenes that it was not trained on (0.5 = it cannot).
- steps: the model's own steps beside 32: likeness to the renderer's picture, sharpness, and how far seeds differ.
- drift: 60 s of a scene: are the first and the last 5 s told apart, by colours, detail and steps of frames?
- coded: what the compression network alone leaves of places, of photographs, and of both where edges are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import figures
import numpy as np
import painting
import readers
import torch
import torch.nn.functional as F
from painting import Painter
from PIL import Image
from scenes import Row, say, shown
from styles import recoded
from torch import Tensor, nn

from soracli.train import draft_shards
from soracli.types import Frames
from soracli.world.scene import Scene
from soracli.world.scenes import Corpus

FPS, SLOW = 16, 8
CROP, STEPS, LOOKS = 96, 400, 12  # pixels, steps of training, crops of a picture that are looked at
EDGE = 24  # grey levels between neighbours from which a place is an edge
ENOUGH = 0.97  # of what 32 steps reach
PARTS = ("told", "steps", "drift", "coded")


@dataclass(frozen=True)
class Bench:
    """What the parts measure with. count: scenes of each part (drift takes an eighth as many)."""

    painter: Painter
    assets: Path
    count: int
    seed: int

    def scenes(self, count: int, salt: int) -> list[Scene]:
        """Scenes in the plain style, most with performers."""
        found = readers.scenes(draft_shards.corpus(), Corpus.full().styles, count, self.seed + salt)
        return [replace(scene, style="3d") for scene in found]


# --- told apart -------------------------------------------------------------------------------------------------------


def classifier() -> nn.Sequential:
    """Crops (B, 3, CROP, CROP) in [-1, 1] -> the logit of being painted, (B, 1)."""
    layers: list[nn.Module] = []
    for narrow, wide in ((3, 16), (16, 32), (32, 48), (48, 64)):
        layers += [nn.Conv2d(narrow, wide, 3, 2, 1), nn.BatchNorm2d(wide), nn.SiLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))


def crops(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """A random crop of each picture, mirrored or not: (B, 3, CROP, CROP)."""
    out = []
    for picture in pictures:
        y, x = (int(rng.integers(side - CROP + 1)) for side in picture.shape[1:])
        crop = picture[:, y : y + CROP, x : x + CROP]
        out.append(crop.flip(-1) if rng.random() < 0.5 else crop)
    return torch.stack(out)


def as_tensor(frames: Sequence[Frames]) -> Tensor:
    """The first frame of each clip: float (N, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.stack([clip[0] for clip in frames])).permute(0, 3, 1, 2).float() / 127.5 - 1


def trained(painted: Tensor, rendered: Tensor, rng: np.random.Generator) -> nn.Sequential:
    """A classifier of pairs of the same scenes."""
    network = classifier()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        which = rng.integers(len(painted), size=16)
        inputs = torch.cat([crops(painted[which], rng), crops(rendered[which], rng)])
        logits = network(inputs)[:, 0]
        loss = F.binary_cross_entropy_with_logits(logits, (torch.arange(32) < 16).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def told(bench: Bench) -> list[Row]:
    """Three in five scenes train the classifier, two in five try it."""
    clips: list[tuple[Frames, Frames]] = []
    for number, scene in enumerate(bench.scenes(bench.count, 11)):
        done = bench.painter.paint(scene, SLOW, SLOW, seed=bench.seed + number, begin=1.0)
        clips.append((done.plain, done.film))
        say(f"told: scene {number + 1}/{bench.count}")
    painted, rendered = (as_tensor(some) for some in zip(*clips, strict=True))
    cut, rng = 3 * len(painted) // 5, np.random.default_rng(bench.seed)
    network = trained(painted[:cut], rendered[:cut], rng)
    right = []
    with torch.inference_mode():
        for pictures, sign in ((painted[cut:], 1), (rendered[cut:], -1)):
            logits = torch.stack([network(crops(pictures, rng))[:, 0] for _ in range(LOOKS)]).mean(0)
            right += (logits * sign > 0).tolist()
    return [Row("told", "painted told from rendered", float(np.mean(right)), 0.8, 0.5, len(right), most=True)]


# --- steps ------------------------------------------------------------------------------------------------------------


def steps(bench: Bench) -> list[Row]:
    """Means over scenes of each figure, of the model's own number of steps over that of 32."""
    sums = np.zeros((2, 3))
    for number, scene in enumerate(bench.scenes(max(bench.count // 4, 2), 12)):
        for k, some in enumerate((None, 32)):
            painter = Painter(bench.painter.model, replace(bench.painter.settings, steps=some))
            one, two = (painter.paint(scene, SLOW, SLOW, seed=bench.seed + 2 * number + n, begin=1.0) for n in (0, 1))
            sums[k] += (
                figures.psnr(one.plate, one.film if readers.is_empty(scene) else two.plate),
                figures.sharpness(one.plain) / figures.sharpness(one.film),
                figures.psnr(one.plain, one.film),
            )
        say(f"steps: scene {number + 1}")
    own, many = sums
    return [
        Row("steps", "sharpness, own steps over 32", own[1] / many[1], ENOUGH, share=False),
        Row("steps", "likeness (dB), own steps over 32", own[2] / many[2], ENOUGH, share=False),
        Row("steps", "dB between seeds, 32 steps over own", many[0] / own[0], ENOUGH, share=False),
    ]


# --- drift ------------------------------------------------------------------------------------------------------------


def seen(frames: Frames) -> np.ndarray:
    """What a clip looks like: means and spreads of its colours, its detail, and how much changes."""
    pixels = frames.astype(np.float32)
    change = np.abs(np.diff(pixels, axis=0)).mean() if len(frames) > 1 else 0.0
    return np.array([*pixels.mean((0, 1, 2)), *pixels.std((0, 1, 2)), figures.sharpness(frames) ** 0.5, change])


def drift(bench: Bench) -> list[Row]:
    """Ends of long clips, each told first or last by the mean of the others (nearest of two means, scaled)."""
    ends = []
    for number, scene in enumerate(bench.scenes(max(bench.count // 8, 4), 13)):
        long = replace(scene, length=60.0)
        done = bench.painter.paint(long, 60 * SLOW, SLOW, seed=bench.seed + number)
        ends.append([seen(done.plain[: 5 * SLOW]), seen(done.plain[-5 * SLOW :])])
        say(f"drift: clip {number + 1}")
    x = np.array(ends)  # (clips, 2, figures)
    x = (x - x.mean((0, 1))) / (x.std((0, 1)) + 1e-6)
    right = []
    for k in range(len(x)):
        first, last = np.delete(x, k, 0).mean(0)
        right += [
            bool((one - (first + last) / 2) @ (last - first) * sign > 0) for one, sign in ((x[k, 0], -1), (x[k, 1], 1))
        ]
    return [Row("drift", "first and last 5 s of 60 told apart", float(np.mean(right)), 0.6, 0.5, len(right), most=True)]


# --- the compression network alone ------------------------------------------------------------------------------------


def edges(frames: Frames) -> np.ndarray:
    """Where neighbours differ by EDGE: bool (T, H, W)."""
    grey = frames.astype(np.float32).mean(-1)
    down, across = (np.abs(np.diff(grey, axis=axis, append=grey.take([-1], axis))) for axis in (1, 2))
    return np.maximum(down, across) >= EDGE


def at(guess: Frames, truth: Frames, where: np.ndarray) -> float:
    """Decibels over some places."""
    apart = (guess.astype(np.float32) - truth.astype(np.float32))[where]
    return float(10 * np.log10(255**2 / max(float((apart**2).mean()), 1e-3)))


def photographs(assets: Path) -> list[Frames]:
    """The middle of each photograph as a still of 256x256, (8, 256, 256, 3)."""
    out = []
    for path in sorted((assets / "photos").glob("*.webp")):
        with Image.open(path) as picture:
            side = min(picture.size)
            x, y = (picture.width - side) // 2, (picture.height - side) // 2
            small = picture.convert("RGB").resize((256, 256), Image.Resampling.BOX, (x, y, x + side, y + side))
        out.append(np.repeat(np.asarray(small)[None], 8, 0))
    return out


def coded(bench: Bench) -> list[Row]:
    """Stills through the compression network and back."""
    places = [
        painting.filmed(readers.empty(scene), torch.full((8,), 1.0).double(), (256, 256)).pixels[0].numpy()
        for scene in bench.scenes(24, 14)
    ]
    rows = []
    for name, clips, least in (("places", places, 34.0), ("photographs", photographs(bench.assets), 31.0)):
        with torch.inference_mode():
            back = [recoded(bench.painter.model, clip) for clip in clips]
        pairs = list(zip(back, clips, strict=True))
        whole = float(np.mean([figures.psnr(a[:1], b[:1]) for a, b in pairs]))
        sharp = [at(a[:1], b[:1], edges(b[:1])) for a, b in pairs if edges(b[:1]).any()]
        rows.append(Row("coded", f"{name}, dB", whole, least, count=len(clips), share=False))
        rows.append(Row("coded", f"{name}, dB at edges", float(np.mean(sharp)), 30.0, count=len(sharp), share=False))
    return rows


MEASURES: dict[str, Callable[[Bench], list[Row]]] = {"told": told, "steps": steps, "drift": drift, "coded": coded}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    parser.add_argument("--count", type=int, default=160, help="scenes of `told`; other parts take fewer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="the rows")
    args = parser.parse_args()
    asked = args.only.split(",")
    if strange := set(asked) - set(PARTS):
        parser.error(f"--only: no part is called {', '.join(strange)}; there are {', '.join(PARTS)}")
    model = painting.shipped()
    if model is None:
        raise SystemExit("quality: error: the default model takes no drafts")
    torch.manual_seed(args.seed)
    bench = Bench(Painter(model, painting.Settings()), args.assets, args.count, args.seed)
    print(f"{'':<48}{'painted':>16}{'truth':>10}{'target':>12}{'of':>7}")
    rows = []
    for part in (part for part in PARTS if part in asked):
        rows += (found := MEASURES[part](bench))
        print("\n".join(shown(row) for row in found), flush=True)
    if args.json:
        args.json.write_text(json.dumps([row._asdict() for row in rows], indent=1), "utf-8")
    return int(any(row.mark == "NO" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
