"""How much better than bicubic enlargement and cross-fading? Held-out films, and clips of your own. See README.md here.

python benchmarks/enhance.py --assets DIR                    held-out films of the rendered world
python benchmarks/enhance.py --assets DIR --clips FILE...    also clips, made small or thinned out and brought back
python benchmarks/enhance.py --assets DIR --films 0 --pictures 0 --engine photo --gaps --brightness \\
    --clips FILE... --photos FILE...
                             the networks for photographs and films: photographs are enlarged, and rid of noise
"""

from __future__ import annotations

import argparse
import io
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from soracli import media, models
from soracli.errors import SoraError
from soracli.footage import optical_flow, restoration
from soracli.models.common import quantise
from soracli.models.enhance import Enhancer, Interpolator, Upscaler, bicubic
from soracli.train.scenes import Stage
from soracli.weights import manifest
from soracli.world.assets import ActorBank
from soracli.world.panorama import sample_panorama
from soracli.world.render import render
from soracli.world.scene import Scene
from soracli.world.scenes import sample_scene
from soracli.world.solids import sample_solid
from soracli.world.studio import sample_studio

FPS = 48  # of the films
GAPS = (2, 3, 6)  # film frames from one given frame to the next: 24, 16 and 8 fps
GAPS_LEFT = (1, 2, 3, 4)  # frames from one that is left out to those that it is put back from
NOISE = (10, 25)  # levels of 255
QUALITY = 75  # of the JPEG that stands for a compressed clip
SHOWN = 6  # rows of the sheet, of each kind


@dataclass(frozen=True)
class Trial:
    """One picture that is known (3, H, W), what the plain method makes of its source, and what ours does."""

    kind: str
    source: Tensor
    plain: Tensor
    ours: Tensor
    truth: Tensor


# --- figures ----------------------------------------------------------------------------------------------------------


class Perception:
    """LPIPS (Zhang et al. 2018) over the first three blocks of VGG16: 0 = the same, larger = less alike."""

    BLOCKS = (("conv1_1", "conv1_2"), ("conv2_1", "conv2_2"), ("conv3_1", "conv3_2", "conv3_3"))
    MEAN = (103.939, 116.779, 123.68)  # blue, green, red

    def __init__(self, path: Path) -> None:
        self.weights = {name: value.float() for name, value in load_file(path).items()}

    @torch.inference_mode()
    def __call__(self, trial: Trial) -> tuple[float, float]:
        """From the truth to the plain method's picture, and to ours."""
        x = torch.stack([trial.plain, trial.ours, trial.truth])
        x = (x.flip(1).clamp(-1, 1) + 1) * 127.5 - torch.tensor(self.MEAN)[:, None, None]
        total = torch.zeros(2)
        for number, block in enumerate(self.BLOCKS):
            x = F.max_pool2d(x, 2) if number else x
            for name in block:
                x = F.relu(F.conv2d(x, self.weights[name + ".weight"], self.weights[name + ".bias"], padding=1))
            unit = F.normalize(x, dim=1)
            apart = (unit[:2] - unit[2:]).square()
            total += F.conv2d(apart, self.weights[f"head_lin{number}"]).mean((1, 2, 3))
        return float(total[0]), float(total[1])


def brightness(trial: Trial) -> Trial:
    """The same in shades of grey."""
    shades = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    pictures = (restoration.eight_bit(x) for x in (trial.source, trial.plain, trial.ours, trial.truth))
    return Trial(trial.kind, *((x * shades).sum(0, keepdim=True) for x in pictures))


def psnr(guess: Tensor, truth: Tensor, rounded: bool = True) -> float:
    """Decibels, as eight bits would show it."""
    shown = restoration.eight_bit(guess) if rounded else guess
    return 10 * math.log10(4 / max(float((shown - truth).square().mean()), 1e-7))


# --- trials -----------------------------------------------------------------------------------------------------------


def films(stage: Stage, bank: ActorBank, count: int, size: int, frames: int) -> Iterator[Tensor]:
    """Held-out scenes of all domains as (T, 3, size, size)."""
    for index in range(count):
        rng = np.random.default_rng((2024, index))
        film = render(
            [heldout(rng, stage)], width=size, height=size, frames=frames, fps=FPS, bank=bank, start=rng.uniform(0, 3)
        )
        yield pixels(film.pixels[0])


def heldout(rng: np.random.Generator, stage: Stage) -> Scene:
    if rng.random() < 0.6:
        return sample_scene(rng, stage.world(), "heldout")
    return (sample_panorama, sample_solid, sample_studio)[int(rng.integers(3))](rng, "heldout")


def enlarged(enhancer: Enhancer, name: str, frame: Tensor) -> Iterator[Trial]:
    """The window of a frame (3, H, W) with the most edges, made small, as it is and compressed, and brought back."""
    truth = window(frame)
    small = (F.avg_pool2d(truth[None], 2)[0] * 127.5 + 127.5).round() / 127.5 - 1
    for kind, source in (("", small), (", compressed", compressed(small))):
        ours = next(enhancer.upscaled([source]))
        yield Trial(f"x2, {name}{kind}", source, bicubic(source[None])[0], ours, truth)


def pictures(enhancer: Enhancer, stage: Stage, bank: ActorBank, count: int) -> Iterator[Trial]:
    """What `sora image` makes of a picture that is painted smaller: films at 256 lines, through the model's codec."""
    card = manifest.card()
    model = models.load(card, manifest.paths(card))
    for film in films(stage, bank, count, 1024, 1):
        small = F.avg_pool2d(film, 4)[:, :, None]  # (1, 3, 1, 256, 256)
        painted = next(model.decode(model.encode(small), still=True)).clamp(-1, 1)
        for side in (512, 1024):
            truth = F.avg_pool2d(film, 1024 // side)[0]
            plain = F.interpolate(painted[:, :, 0], (side, side), mode="bicubic", antialias=True)[0]
            ours = enhancer.enlarged(painted, (side, side))[0, :, 0]
            yield Trial(f"x{side // 256}, painted", painted[0, :, 0], plain, ours, truth)


def window(frame: Tensor, side: int = 256) -> Tensor:
    """The square of a frame with the steepest pixels."""
    _, height, width = frame.shape
    high, wide = min(side, height // 2 * 2), min(side, width // 2 * 2)
    steep = (frame[:, 1:, 1:] - frame[:, :-1, :-1]).square().mean(0)[None]
    score = F.avg_pool2d(F.pad(steep, (0, 1, 0, 1)), (high, wide), 16)[0]
    top, left = (16 * int(i) for i in divmod(int(score.argmax()), score.shape[1]))
    return frame[:, top : top + high, left : left + wide]


def between(enhancer: Enhancer, name: str, before: Tensor, truth: Tensor, after: Tensor, t: float) -> Trial:
    ours = enhancer.interpolator(before[None], after[None], torch.tensor([t]))[0]
    return Trial(name, before, torch.lerp(before, after, t), ours, truth)


@torch.inference_mode()
def of_films(enhancer: Enhancer, args: argparse.Namespace) -> Iterator[Trial]:
    stage = Stage(args.assets, others=0.5)
    bank = stage.cast(args.run)
    yield from pictures(enhancer, stage, bank, args.pictures)
    for film in films(stage, bank, args.films, 512, 1):
        yield from enlarged(enhancer, "films", film[0])
    for film in films(stage, bank, args.films, 256, max(GAPS) + 1):
        for gap in GAPS:
            middle = gap // 2
            yield between(enhancer, f"{FPS // gap} fps -> {FPS}, films", film[0], film[middle], film[gap], middle / gap)


@torch.inference_mode()
def of_photo(enhancer: Enhancer, path: Path) -> Iterator[Trial]:
    """A photograph made small, as it is and compressed, and brought back; and with noise, which is taken out."""
    truth = pixels(torch.from_numpy(np.array(Image.open(path).convert("RGB")))[None])[0]
    truth = truth[:, : truth.shape[1] // 2 * 2, : truth.shape[2] // 2 * 2]
    small = restoration.eight_bit(F.avg_pool2d(truth[None], 2)[0])
    for kind, source in (("", small), (", compressed", compressed(small))):
        ours = next(enhancer.upscaled([source]))
        yield Trial(f"x2, photographs{kind}", source, bicubic(source[None])[0], ours, truth)
    for deviation in NOISE:
        grain = torch.randn(truth.shape, generator=torch.Generator().manual_seed(0)) * deviation / 127.5
        grainy = restoration.eight_bit(truth + grain)
        clean = next(restoration.denoised([grainy], deviation))
        yield Trial(f"noise {deviation}, photographs", grainy, grainy, clean, truth)


@torch.inference_mode()
def of_gaps(enhancer: Enhancer, path: Path, count: int) -> Iterator[Trial]:
    """Frames spread over a clip, put back from those some frames before and after; at 360 lines, across no cut."""
    clip = media.read(path)
    for gap in GAPS_LEFT:
        for place in np.linspace(4, len(clip.frames) - 5, count).astype(int):
            before, truth, after = pixels(torch.from_numpy(clip.frames[[place - gap, place, place + gap]]))
            before, truth, after = (restoration.shrunk(x) for x in (before, truth, after))
            if not optical_flow.is_cut((before[None] + 1) / 2, (after[None] + 1) / 2):
                yield between(enhancer, f"gap {gap}, {path.stem}", before, truth, after, 0.5)


@torch.inference_mode()
def of_clip(enhancer: Enhancer, path: Path, count: int) -> Iterator[Trial]:
    """Frames spread over a clip: made small and brought back; left out and put back."""
    clip = media.read(path)
    for place in np.linspace(1, len(clip.frames) - 2, count).astype(int):
        before, truth, after = pixels(torch.from_numpy(clip.frames[place - 1 : place + 2].copy()))
        yield from enlarged(enhancer, path.stem, truth)
        yield between(enhancer, f"every other frame, {path.stem}", before, truth, after, 0.5)


def pixels(frames: Tensor) -> Tensor:
    """uint8 (T, H, W, 3) -> (T, 3, H, W) in [-1, 1]."""
    return frames.permute(0, 3, 1, 2).float() / 127.5 - 1


def eight_bit(x: Tensor) -> Image.Image:
    """(3, H, W) in [-1, 1] as a picture."""
    return Image.fromarray(((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy())


def compressed(x: Tensor) -> Tensor:
    """Through JPEG and back."""
    file = io.BytesIO()
    eight_bit(x).save(file, "JPEG", quality=QUALITY)
    return pixels(torch.from_numpy(np.array(Image.open(file)))[None])[0]


# --- the table and the sheet ------------------------------------------------------------------------------------------


def table(trials: Iterator[Trial], distance: Perception | None) -> tuple[list[str], list[Trial]]:
    """Lines to print, and the trials to show: those in which the plain method has the hardest time."""
    figures: dict[str, list[tuple[float, float, float, float]]] = {}
    hardest: dict[bool, list[tuple[float, Trial]]] = {True: [], False: []}
    for trial in trials:
        if distance is None:
            grey = brightness(trial)
            row = (psnr(grey.plain, grey.truth, False), psnr(grey.ours, grey.truth, False), math.nan, math.nan)
        else:
            row = (psnr(trial.plain, trial.truth), psnr(trial.ours, trial.truth), *distance(trial))
        figures.setdefault(trial.kind, []).append(row)
        shown = hardest[trial.kind.startswith("x")]
        shown.append((row[2], trial))
        shown.sort(key=lambda pair: -pair[0])
        del shown[SHOWN:]
        say(f"{trial.kind}: PSNR {row[0]:.2f} -> {row[1]:.2f}, distance {row[2]:.4f} -> {row[3]:.4f}")
    lines = [f"{'':36} {'n':>3} {'PSNR plain':>11} {'ours':>6} {'better in':>10} {'distance plain':>15} {'ours':>7}"]
    for kind, rows in figures.items():
        mean = np.mean(rows, 0)
        wins = np.mean([row[1] >= row[0] for row in rows])
        lines.append(
            f"{kind:36} {len(rows):3} {mean[0]:11.2f} {mean[1]:6.2f} {wins:10.0%} {mean[2]:15.4f} {mean[3]:7.4f}"
        )
    return lines, [trial for shown in hardest.values() for _, trial in shown]


def cost(enhancer: Enhancer, side: int = 512) -> list[str]:
    """Milliseconds for a megapixel that comes out."""
    half, whole = torch.rand(3, side // 2, side // 2), torch.rand(2, 3, side, side)
    calls: dict[str, Callable[[], object]] = {
        "x2": lambda: next(enhancer.upscaled([half])),
        "between": lambda: enhancer.interpolator(whole[:1], whole[1:], torch.tensor([0.5])),
    }
    lines = []
    for name, call in calls.items():
        call()
        clock = time.process_time()
        call()
        spent = (time.process_time() - clock) / (side * side / 1e6)
        lines.append(f"{name}: {1000 * spent:.0f} ms of one core for a megapixel")
    return lines


def sheet(path: Path, trials: list[Trial], side: int = 192) -> None:
    """Rows of source, plain, ours and truth, twice as large: the square around the plain method's largest error.

    Enlargements are on the left, pictures between frames on the right.
    """
    rows = []
    for trial in trials:
        error = F.avg_pool2d((trial.plain - trial.truth).abs().mean(0)[None], side // 2, 4)[0]
        top, left = (4 * int(i) for i in divmod(int(error.argmax()), error.shape[1]))
        source = F.interpolate(trial.source[None], trial.truth.shape[1:], mode="nearest")[0]
        crops = [x[:, top : top + side // 2, left : left + side // 2] for x in (source, trial.plain, trial.ours)]
        crops.append(trial.truth[:, top : top + side // 2, left : left + side // 2])
        row = torch.cat([F.interpolate(x[None], (side, side), mode="nearest")[0] for x in crops], 2)
        rows.append(row)
    half = math.ceil(len(rows) / 2)
    columns = [torch.cat(part, 1) for part in (rows[:half], rows[half:])]
    columns = [F.pad(x, (0, 8, 0, half * side - x.shape[1]), value=1) for x in columns]
    eight_bit(torch.cat(columns, 2)).save(path)


# --- the command ------------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def load(run: Path | None) -> Enhancer:
    """The networks that ship, or a run's averaged weights."""
    if run is None:
        card = manifest.tools()["enhance"]
        return Enhancer.load(card, manifest.paths(card))
    enhancer = Enhancer(Upscaler(), Interpolator())
    for what, network in (("upscale", enhancer.upscaler), ("interpolate", enhancer.interpolator)):
        path = run / what / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)["ema"]
            network.load_state_dict(quantise.dequantise(quantise.quantise(state, threshold=1 << 62)))
    return enhancer


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--assets", type=Path, required=True, help="folder of the training material")
    add("--films", type=int, default=16, help="held-out films of each kind")
    add("--pictures", type=int, default=8, help="held-out films of which one frame is painted at 256 lines")
    add("--clips", type=Path, nargs="*", default=[], help="clips to measure on as well")
    add("--frames", type=int, default=6, help="frames of each clip")
    add("--photos", type=Path, nargs="*", default=[], help="photographs to measure on as well")
    add("--engine", choices=restoration.ENGINES, default="drawing", help="networks to measure")
    add("--gaps", action="store_true", help="of clips, only frames left out")
    add("--brightness", action="store_true", help="PSNR of the brightness alone, and no distance")
    add("--run", type=Path, help="a training run's networks (default: those that ship)")
    add("--sheet", type=Path, help="picture of the hardest places: source, plain, ours, truth")
    add("--threads", type=int, default=0, help="CPU threads (0 = all)")
    return parser.parse_args()


def trials(enhancer: Enhancer, args: argparse.Namespace) -> Iterator[Trial]:
    if args.films or args.pictures:
        yield from of_films(enhancer, args)
    for path in args.photos:
        yield from of_photo(enhancer, path)
    for path in args.clips:
        yield from of_gaps(enhancer, path, args.frames) if args.gaps else of_clip(enhancer, path, args.frames)


def main() -> int:
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        enhancer = load(args.run)
        if args.engine == "photo":
            enhancer = restoration.enhancer(enhancer, "photo", "photo")
        path = args.assets / "perceptual" / "vgg_blocks1-3_lpips.safetensors"
        distance = None if args.brightness else Perception(path)
        lines, found = table(trials(enhancer, args), distance)
    except SoraError as error:
        say(f"enhance: error: {error}")
        return error.exit_code
    print("\n".join(lines + cost(enhancer)))
    if args.sheet:
        sheet(args.sheet, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
