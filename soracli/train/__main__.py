"""`python -m soracli.train`: train every network that ships, and publish what was trained.

Runs where only torch, numpy, Pillow and OpenCV are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

import torch

from soracli.errors import SoraError, UsageError
from soracli.models.common import precision, quantise
from soracli.models.spark import Spark
from soracli.models.spark.dit import Dit, DitConfig
from soracli.models.spark.vae import Vae, VaeConfig, fit_linear
from soracli.train import (
    autoencoder,
    cast,
    draft_examples,
    draft_shards,
    drafts,
    enhance,
    fewstep,
    probe,
    text_reader,
    transformer,
)
from soracli.train.arguments import parser
from soracli.train.data import Cache, TextStates
from soracli.train.networks import SHARDS, blend, initialise, load_text, load_vae, taught, trained
from soracli.train.run import say
from soracli.train.scenes import Stage, fill_cache, pools
from soracli.types import SamplingOptions
from soracli.weights import manifest
from soracli.world.assets import load_actors
from soracli.world.language.actors import INDEX
from soracli.world.scenes import Corpus


def words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def stage_of(args: argparse.Namespace) -> Stage:
    """The world's clips that the arguments ask for."""
    return Stage(
        args.assets,
        args.actors,
        args.corpus,
        others=args.others,
        leads=words(args.only),
        cameras=words(args.cameras),
        directions=words(args.directions),
        without=words(args.without),
        styles=words(args.styles),
        spread=args.spread,
        batch=getattr(args, "batch", 16),
    )


def fit(args: argparse.Namespace) -> None:
    """Fit the autoencoder's principal components."""
    stage = stage_of(args)
    args.run.mkdir(parents=True, exist_ok=True)
    shots = next(pools(stage, stage.cast(args.run), args.seed, args.clips))
    vae = Vae(VaeConfig(channels=args.channels))
    batches = (shot.frames[:8].permute(3, 0, 1, 2).float()[None] / 127.5 - 1 for shot in shots)
    with torch.no_grad():
        _, values = fit_linear(vae.linear, batches, args.whitening)
    torch.save({"module": vae.state_dict()}, args.run / "linear.pt")
    kept = float(values[: args.channels].sum() / values.sum())
    say(f"{args.channels} channels keep {kept:.4%} of the variance of the first level")


def train_autoencoder(args: argparse.Namespace) -> None:
    """Train the decoder's refiner."""
    torch.set_flush_denormal(True)  # a residual that falls silent is many times slower without
    stage = stage_of(args)
    vae = load_vae(args.run)
    if args.fresh:
        for parameter in vae.refiner.outlet.parameters():
            torch.nn.init.zeros_(parameter)
    recipe = autoencoder.Recipe(
        minutes=args.minutes, lr=args.lr, seed=args.seed, perceptual=args.perceptual, contrast=args.contrast
    )
    painter = None
    if args.painter:
        dit = trained(args.run, "drafts" if args.places else "transformer", args.painter)[0].eval()
        painter = autoencoder.Painter(dit, TextStates(load_text()))
    source = pools(stage, stage.cast(args.run), args.seed, 48)
    if args.places:
        recipe = replace(recipe, noise=0.1, refresh=1200)  # what the painter leaves is the noise to be mended
        bank = load_actors(args.assets, [actor.name for actor in Corpus.full().actors], args.run / "sprites.npy")
        source = draft_shards.shots(args.assets, bank, args.seed, stills=256, clips=64)
    autoencoder.train(vae, source, args.run / "autoencoder", recipe, painter, args.assets)


def make_cache(args: argparse.Namespace) -> None:
    """Render clips of the world and keep their latents."""
    vae = load_vae(args.run).to(args.device)
    fill_cache(stage_of(args), vae, args.run / "cache", args.clips, args.seed, args.index, args.device)


def train_transformer(args: argparse.Namespace) -> None:
    """Train the transformer on cached latents."""
    cache = Cache(args.cache or [args.run / "cache"], args.device, words(args.leads))
    sample = next(iter(cache.grids.values()), None)
    if sample is None:
        raise UsageError(f"{args.run}: there are no shards to train on; run the cache command first")
    dit = Dit(DitConfig(channels=sample.latents.shape[-1], depth=args.depth))
    dit.spectrum.copy_(transformer.channel_variance(cache))
    text = TextStates(load_text(args.device))
    if not (args.run / "transformer" / "checkpoint.pt").exists():
        text_reader.teach(dit.reader, text, Corpus.core(40))
    if args.init:
        initialise(dit, args.init)
    recipe = transformer.Recipe(
        tokens=args.tokens,
        minutes=args.minutes,
        lr=args.lr,
        muon_lr=args.muon_lr,
        shift=args.shift,
        seed=args.seed,
        sitting=args.sitting,
        behind=args.behind,
        half=args.half,
        peer=args.peer and args.peer / "transformer",
    )
    transformer.train(dit, text, cache, args.run / "transformer", recipe, args.device, args.compile)


def make_pieces(args: argparse.Namespace) -> None:
    """Render drafts and what they are to become, as shards."""
    torch.set_num_threads(args.threads or 1)
    names = [actor.name for actor in Corpus.full().actors]
    args.run.mkdir(parents=True, exist_ok=True)
    bank = load_actors(args.assets, names, args.run / "sprites.npy")
    if args.stills:
        folder, vae = args.run / "pieces", load_vae(args.run).eval()
        draft_shards.fill_stills(folder, args.assets, bank, vae, args.shards, args.seed, args.stills)
        return
    aside = words(args.aside)
    folder = args.run / ("aside" if args.only_aside else "pieces")
    without = [name for name in names if name not in aside] if args.only_aside else aside
    draft_shards.fill(folder, args.assets, bank, load_vae(args.run).eval(), args.shards, args.seed, without)


def train_drafts(args: argparse.Namespace) -> None:
    """Train the transformer that takes drafts."""
    examples, aside = draft_examples.Examples([args.run / "pieces"]), draft_examples.Examples([args.run / "aside"])
    dit = Dit(DitConfig(channels=512, depth=args.depth, control=True))
    dit.spectrum.copy_(examples.variance())
    if args.init:
        initialise(dit, args.init, spectrum=True)
    recipe = transformer.Recipe(
        tokens=args.tokens,
        minutes=args.minutes,
        lr=args.lr,
        shift=args.shift,
        seed=args.seed,
        sitting=args.sitting,
        report_every=50,
    )
    maps = draft_examples.Maps.of(load_vae(args.run))
    if dit.steering is not None and bool((dit.steering.remainder == 1).all()):
        drafts.fit_rough(dit, examples, maps.sketches)
    drafts.fit_kept(dit, maps.sketches)
    drafts.train(dit, TextStates(load_text()), examples, aside, maps, args.run / "drafts", recipe, args.device)


def paint_trajectories(args: argparse.Namespace) -> None:
    """Sample with the trained transformer, for the few-step one to learn from."""
    cache = Cache(args.cache or [args.run / "cache"], args.device, words(args.leads))
    card, dit = manifest.card("spark"), taught(args.run).to(args.device)
    precision.halve(dit, torch.device(args.device))
    model = Spark(card, load_vae(args.run), dit, load_text(args.device))
    options = replace(SamplingOptions.of(card), steps=fewstep.STEPS)
    fewstep.paint(model, cache, args.run / "trajectories", options, args.minutes, args.index, args.seed)


def train_fewstep(args: argparse.Namespace) -> None:
    """Train the few-step transformer on trajectories."""
    peer = args.peer and args.peer / "fewstep"
    recipe = fewstep.Recipe(minutes=args.minutes, lr=args.lr, half=args.half, peer=peer, seed=args.seed)
    text = TextStates(load_text(args.device))
    fewstep.train(taught(args.run), text, args.run / "trajectories", args.run / "fewstep", recipe, args.device)


def make_probe(args: argparse.Namespace) -> None:
    """Train the network that scores clips."""
    corpus = stage_of(args).world()
    recipe = probe.Recipe(corpus=corpus, clips=args.clips, minutes=args.minutes, seed=args.seed)
    probe.train_probe(args.assets, args.run / "probe", args.out, load_vae(args.run), recipe, args.begin)


def train_enhance(args: argparse.Namespace) -> None:
    """Train an upscaler or the interpolator."""
    films = enhance.films(args.what, stage_of(args), args.run, args.seed, args.clips)
    recipe = replace(enhance.RECIPES[args.what], minutes=args.minutes, lr=args.lr, seed=args.seed)
    enhance.train(args.what, films, args.run / args.what, recipe)


def publish(args: argparse.Namespace) -> None:
    """The averaged weights, int8 for the transformer and fp16 for the others."""
    if args.what == "enhance":
        for path in enhance.publish(args.run, args.out):
            say(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")
        return
    stages = [stage for stage in SHARDS if (args.run / stage / "checkpoint.pt").exists()]
    if not stages:
        raise UsageError(f"{args.run}: there is no checkpoint; run the transformer command first")
    paths = quantise.save(quantise.quantise(load_vae(args.run).state_dict(), threshold=1 << 62), args.out, "spark-vae")
    for stage in stages:
        dit, step = trained(args.run, stage)
        if args.keep and stage == "transformer":
            blend(dit, args.out, args.keep)
        paths += quantise.save(quantise.quantise(dit.state_dict()), args.out, SHARDS[stage])
        say(f"{stage}, step {step}, depth {dit.config.depth}, {dit.config.channels} channels")
    for path in paths:
        say(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")


def build_text(args: argparse.Namespace) -> None:
    """Quantise the text encoder."""
    from soracli.train.text_encoder import build_text_encoder, report

    say(report(build_text_encoder(args.source, args.out)))


def plot(args: argparse.Namespace) -> None:
    """Draw the losses of a run."""
    from soracli.train.plot import draw

    draw(sorted(args.run.glob("**/*log.jsonl")), args.out)


def pack_cast(args: argparse.Namespace) -> None:
    """Pack the pictures that scenes are played by."""
    if args.drawn:
        cast.redraw(INDEX)
        return
    for path in cast.pack(args.assets, args.out, INDEX, args.run, say):
        say(f"{path}: {path.stat().st_size} bytes")


COMMANDS = {
    "fit": fit,
    "autoencoder": train_autoencoder,
    "cache": make_cache,
    "transformer": train_transformer,
    "pieces": make_pieces,
    "drafts": train_drafts,
    "trajectories": paint_trajectories,
    "fewstep": train_fewstep,
    "probe": make_probe,
    "cast": pack_cast,
    "enhance": train_enhance,
    "publish": publish,
    "text": build_text,
    "plot": plot,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m soracli.train`; returns its exit code."""
    args = parser().parse_args(arguments)
    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        COMMANDS[args.command](args)
    except SoraError as error:
        say(f"sora: error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
