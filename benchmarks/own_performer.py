"""Is a performer of the user's own found by prompts, seen in what is painted, and nobody else harmed?

    python benchmarks/own_performer.py --assets DIR [--actor snowboarder] [--sheet own.png]

Six pictures of a drawing that the library does not have are written to a folder, `sora train lora` makes a file of
them, and PROMPTS are painted with it. The square round its performer, as it came out, is compared with all drawings of
the library and its own (see `likeness`): its own must be the nearest in 90 % of them. OTHERS, which do not name it,
must come out the same with the file and without.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import likeness
import numpy as np
import numpy.typing as npt
import torch
import tracks
from PIL import Image

from soracli import api, media
from soracli.scenes import adapters, library
from soracli.scenes.drafting import drafted
from soracli.scenes.plot import Plot
from soracli.types import SamplingOptions, Shot
from soracli.weights import manifest
from soracli.world.assets import load_actors

NAME = "zorp"
SIDE = 256  # pixels of what is painted
PICTURES = 6
LEAST = 0.9  # share of prompts
MINUTES = 10.0  # for the file
PROMPTS = (
    "a {} runs in the snow", "a photo of my {} on the beach", "two {}s in a meadow", "a {} in the city street at night",
    "a {} jumps in the forest", "the {} walks to the left across the desert", "a {} stands in the kitchen",
    "a {} and a dog in the park", "a {} chases a cat", "my {} in the rain", "a {} at sunset by the lake",
    "a {} on the moon", "a {} spins on a stage", "a {} hops over a road", "a {} in a library", "a {} in the fog",
    "a {} runs to the right through a village", "a cow looks at a {} on a farm", "a {} in the garden in autumn",
    "a {} in the jungle",
)  # fmt: skip
OTHERS = ("a dog runs in the snow", "a red car on a road at night", "two penguins on the beach", "a castle at sunset")


Frame = npt.NDArray[np.uint8]  # (H, W, 3)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def pictures(assets: Path, actor: str, folder: Path) -> None:
    """Six moments of a drawing's loop as PNG with alpha."""
    frames = load_actors(assets, (actor,)).frames[0].numpy()
    for number, frame in enumerate(frames[:: len(frames) // PICTURES][:PICTURES]):
        picture = Image.fromarray(np.ascontiguousarray(frame), "RGBa").convert("RGBA")
        picture.resize((384, 384), Image.Resampling.LANCZOS).save(folder / f"{number}.png")


def candidates(vgg: likeness.Vgg, file: Path, among: int) -> tuple[list[likeness.Seen], list[likeness.Seen]]:
    """The performer's own cut-outs both ways round, and drawings of the library both ways round: so many, 0 = all."""
    own, others = [], []
    found = adapters.read(file)
    assert found is not None
    for number in range(1, found.count + 1):
        cell = library.picture(f"{file}@{number}")
        own += [likeness.seen(vgg, *likeness.drawing(cell, flipped=way)) for way in (False, True)]
    entries = list(library.entries().values())
    drawn = np.random.default_rng(0).permutation(len(entries))[: among or len(entries)]
    for entry in (entries[i] for i in drawn):
        art = library.drawing(entry)[0]
        others += [likeness.seen(vgg, *likeness.drawing(art, flipped=way)) for way in (False, True)]
    return own, others


def region(prompt: str, file: Path, seed: int) -> list[float]:
    """The box of the performer in a picture of a prompt: where its draft differs once it is not there."""
    found = adapters.read(file)
    assert found is not None
    options = replace(SamplingOptions.of(manifest.card("spark"), still=True), width=SIDE, height=SIDE)
    film, _ = Plot((Shot(0.0, prompt),), time=8, performers=(found,)).film(options, seed, 1)
    cast = list(film.scenes[0].performers)
    which = next((i for i, one in enumerate(cast) if one.picture), None)
    if which is None:
        return [0.0, 0.0, float(SIDE), float(SIDE)]
    cast[which] = replace(cast[which], enters=1e6)
    without = replace(film, scenes=(replace(film.scenes[0], performers=tuple(cast)),))
    one, two = (drafted(part).drawn(0, 1) for part in (film, without))
    changed = np.abs(one.alpha[0].astype(int) - two.alpha[0]) + np.abs(one.frames[0].astype(int) - two.frames[0]).max(2)
    return list(tracks.boxed(np.minimum(changed, 255).astype(np.uint8)))


def painted(sora: api.Model, prompt: str, seed: int, folder: Path) -> Frame:
    """A picture of a prompt."""
    path = folder / f"{seed}.png"
    sora.image(prompt, path, seed=seed, size=f"{SIDE}x{SIDE}", force=True)
    frame: Frame = media.read(path).frames[0]
    return frame


def sheet(shown: list[Frame]) -> Image.Image:
    """All pictures, five in a row."""
    whole = Image.new("RGB", (5 * SIDE, -(-len(shown) // 5) * SIDE))
    for number, frame in enumerate(shown):
        whole.paste(Image.fromarray(frame), (number % 5 * SIDE, number // 5 * SIDE))
    return whole


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    arguments.add_argument("--actor", default="snowboarder", help="a moving drawing that the library has not")
    arguments.add_argument("--count", type=int, default=len(PROMPTS), help="take the first N prompts")
    arguments.add_argument("--among", type=int, default=0, help="so many drawings of the library, at random (0 = all)")
    arguments.add_argument("--sheet", type=Path, help="write what was painted here")
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        return measured(args, Path(name))


def measured(args: argparse.Namespace, folder: Path) -> int:
    from soracli.finetuning import plan, train_lora
    from soracli.options.flags import TalkFlags

    (folder / "pictures").mkdir()
    pictures(args.assets, args.actor, folder / "pictures")
    file, began = folder / f"{NAME}.safetensors", time.monotonic()
    typed = plan.Arguments(name=NAME, faces="right", output=str(file))
    train_lora.train(str(folder / "pictures"), typed, TalkFlags(quiet=True))
    took = (time.monotonic() - began) / 60
    vgg = likeness.Vgg(args.assets)
    own, others = candidates(vgg, file, args.among)
    right, shown = 0, []
    with api.load("spark", loras=[str(file)]) as sora:
        for number, prompt in enumerate(PROMPTS[: args.count]):
            frame = painted(sora, prompt.format(NAME), number, folder)
            shown.append(frame)
            box = region(prompt.format(NAME), file, number)
            part = likeness.cut(torch.from_numpy(frame.copy()).permute(2, 0, 1).float(), box)
            seen = likeness.seen(vgg, part, torch.ones_like(part[:, :1]))
            mine, theirs = (min(likeness.distances(vgg, seen, group)) for group in (own, others))
            right += mine < theirs
            say(f"{number + 1}/{args.count} {prompt.format(NAME)}: {'found' if mine < theirs else 'NOT FOUND'}"
                f" ({mine:.3f}, the nearest other {theirs:.3f})")  # fmt: skip
        with_it = [painted(sora, prompt, 0, folder) for prompt in OTHERS]
    with api.load("spark") as sora:
        without = [painted(sora, prompt, 0, folder) for prompt in OTHERS]
    same = sum(np.array_equal(one, two) for one, two in zip(with_it, without, strict=True))
    if args.sheet is not None:
        sheet(shown).save(args.sheet)
    rows = (
        ("own picture the nearest", right / args.count, LEAST, right / args.count >= LEAST),
        ("others the same, with and without", same / len(OTHERS), 1.0, same == len(OTHERS)),
        ("minutes for the file, at most", took, MINUTES, took <= MINUTES),
    )
    for what, value, bound, good in rows:
        sys.stdout.write(f"{'ok' if good else 'NO':<3} {what:<36} {value:.3f} {bound:g}\n")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
