"""`python -m soracli.train`: autoencoder, cache, transformer, publish, plot. torch, numpy, Pillow and OpenCV suffice."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from soracli import quantise
from soracli.errors import SoraError, UsageError
from soracli.models.spark.dit import Dit, DitConfig
from soracli.models.spark.text import TextEncoder
from soracli.models.spark.vae import Vae, VaeConfig, fit_linear
from soracli.train import autoencoder, transformer
from soracli.train.data import Cache, TextStates
from soracli.train.scenes import Stage, fill_cache, pools

BUNDLED = Path(__file__).parent.parent / "bundled"


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m soracli.train", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.add_argument("--run", type=Path, required=True, help="folder of this run: checkpoint, log, cache")
        sub.add_argument("--threads", type=int, default=0, help="CPU threads (0 = all)")
        sub.add_argument("--seed", type=int, default=0)
        return sub

    def world(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
        sub.add_argument("--actors", type=int, default=24, help="take the first N of the core actors")
        sub.add_argument("--corpus", choices=("core", "full"), default="core")
        sub.add_argument("--cameras", default="", help="comma-separated; only these camera moves")
        sub.add_argument("--without", default="", help="comma-separated verbs to leave out")

    sub = command("fit", "Fit the compression network's linear path (closed form).")
    world(sub)
    sub.add_argument("--clips", type=int, default=160)
    sub.add_argument("--channels", type=int, default=512)
    sub.add_argument("--whitening", type=float, default=0.5)

    sub = command("autoencoder", "Train the compression network's residuals.")
    world(sub)
    sub.add_argument("--minutes", type=float, default=20)
    sub.add_argument("--lr", type=float, default=1e-3)

    sub = command("cache", "Render scenes and keep their latents.")
    world(sub)
    sub.add_argument("--clips", type=int, default=1000)
    sub.add_argument("--index", type=int, default=0, help="number of this process, when several render side by side")

    sub = command("transformer", "Train the transformer on cached latents.")
    sub.add_argument("--cache", type=Path, action="append", help="folder of shards (default RUN/cache); repeatable")
    sub.add_argument("--depth", type=int, default=8, help="the one dial")
    sub.add_argument("--minutes", type=float, default=60)
    sub.add_argument("--tokens", type=int, default=1600, help="per step")
    sub.add_argument("--lr", type=float, default=1.5e-3)
    sub.add_argument("--muon-lr", type=float, default=0.0)
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--compile", action="store_true", help="torch.compile the network")

    sub = command("publish", "Write the run's averaged weights as the model's files.")
    sub.add_argument("--out", type=Path, default=BUNDLED)

    sub = command("text", "Build the int8 text encoder from a folder with model.safetensors and tokenizer.json.")
    sub.add_argument("--source", type=Path, required=True)
    sub.add_argument("--out", type=Path, default=BUNDLED)

    sub = command("plot", "Draw the run's loss curves.")
    sub.add_argument("--out", type=Path, required=True)
    return root


def load_vae(run: Path) -> Vae:
    """The compression network of a run: refined if it was trained, else as fitted."""
    path = run / "autoencoder" / "checkpoint.pt"
    state = torch.load(path if path.exists() else run / "linear.pt", map_location="cpu", weights_only=True)
    weights = state["ema"] if "ema" in state else state["module"]
    basis = weights["linear.cell_basis"].shape
    vae = Vae(VaeConfig(channels=basis[1], block=weights["linear.block_basis"].shape[1]))
    vae.load_state_dict(weights)
    return vae


def load_text() -> TextEncoder:
    return TextEncoder.load(sorted(BUNDLED.glob("minilm-l6-int8-*.safetensors")), BUNDLED / "minilm-tokenizer.json")


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def stage_of(args: argparse.Namespace) -> Stage:
    return Stage(args.assets, args.actors, args.corpus, words(args.cameras), words(args.without))


def fit(args: argparse.Namespace) -> None:
    stage = stage_of(args)
    args.run.mkdir(parents=True, exist_ok=True)
    clips = next(pools(stage, stage.cast(args.run), args.seed, args.clips))
    vae = Vae(VaeConfig(channels=args.channels))
    batches = (clip[:8].permute(3, 0, 1, 2).float()[None] / 127.5 - 1 for clip in clips)
    with torch.no_grad():
        _, values = fit_linear(vae.linear, batches, args.whitening)
    torch.save({"module": vae.state_dict()}, args.run / "linear.pt")
    kept = float(values[: args.channels].sum() / values.sum())
    say(f"{args.channels} channels keep {kept:.4%} of the variance of the first level")


def train_autoencoder(args: argparse.Namespace) -> None:
    stage = stage_of(args)
    vae = load_vae(args.run)
    recipe = autoencoder.Recipe(minutes=args.minutes, lr=args.lr, seed=args.seed)
    autoencoder.train(vae, pools(stage, stage.cast(args.run), args.seed, 48), args.run / "autoencoder", recipe)


def make_cache(args: argparse.Namespace) -> None:
    fill_cache(stage_of(args), load_vae(args.run), args.run / "cache", args.clips, args.seed, args.index)


def train_transformer(args: argparse.Namespace) -> None:
    cache = Cache(args.cache or [args.run / "cache"])
    sample = next(iter(cache.shards.values()), None)
    if sample is None:
        raise UsageError(f"{args.run}: there are no shards to train on; run the cache command first")
    dit = Dit(DitConfig(channels=sample.latents.shape[-1], depth=args.depth))
    dit.spectrum.copy_(transformer.channel_variance(cache))
    recipe = transformer.Recipe(
        tokens=args.tokens, minutes=args.minutes, lr=args.lr, muon_lr=args.muon_lr, seed=args.seed
    )
    transformer.train(dit, TextStates(load_text()), cache, args.run / "transformer", recipe, args.device, args.compile)


def publish(args: argparse.Namespace) -> None:
    """The averaged weights, int8 for the transformer and fp16 for the compression network."""
    vae = load_vae(args.run)
    paths = quantise.save(quantise.quantise(vae.state_dict(), threshold=1 << 62), args.out, "spark-vae")
    state = torch.load(args.run / "transformer" / "checkpoint.pt", map_location="cpu", weights_only=True)
    paths += quantise.save(quantise.quantise(state["ema"]), args.out, "spark-transformer")
    for path in paths:
        say(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")


def build_text(args: argparse.Namespace) -> None:
    from soracli.train.text import build_text_encoder

    build_text_encoder(args.source, args.out)


def plot(args: argparse.Namespace) -> None:
    from soracli.train.plot import draw

    draw(sorted(args.run.glob("**/log.jsonl")), args.out)


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


COMMANDS = {
    "fit": fit,
    "autoencoder": train_autoencoder,
    "cache": make_cache,
    "transformer": train_transformer,
    "publish": publish,
    "text": build_text,
    "plot": plot,
}


def main(arguments: Sequence[str] | None = None) -> int:
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
