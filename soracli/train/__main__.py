"""`python -m soracli.train`: train every network that ships, and publish what was trained.

Runs where only torch, numpy, Pillow and OpenCV are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from soracli.errors import SoraError, UsageError
from soracli.models.common import precision, quantise
from soracli.models.spark import Spark
from soracli.models.spark.dit import Dit, DitConfig
from soracli.models.spark.text import TextEncoder
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
from soracli.train.data import Cache, TextStates
from soracli.train.run import say
from soracli.train.scenes import Stage, fill_cache, pools
from soracli.types import SamplingOptions
from soracli.weights import manifest
from soracli.world.assets import load_actors
from soracli.world.language.actors import INDEX
from soracli.world.scenes import Corpus

SHARDS = {
    "transformer": "spark-base",
    "fewstep": "spark-few",
    "drafts": "spark-drafts",
}  # what the files of a stage are called
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

    for group in (_material, _transformer, _drafts, _few_steps, _others):
        group(command)
    return root


Command = Callable[[str, str], argparse.ArgumentParser]  # name, what it does -> its parser


def world(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--actors", type=int, default=24, help="take the first N of the core actors")
    sub.add_argument("--corpus", choices=("core", "full"), default="core")
    sub.add_argument("--others", type=float, default=0.0, help="share of panorama, solid and studio scenes")
    sub.add_argument("--only", default="", help="comma-separated; only these of the actors lead")
    sub.add_argument("--cameras", default="", help="comma-separated; only these camera moves")
    sub.add_argument("--directions", default="", help="comma-separated; performers go only these ways")
    sub.add_argument("--without", default="", help="comma-separated verbs to leave out")
    sub.add_argument("--styles", default="", help="comma-separated; every clip in one of these looks")
    sub.add_argument("--spread", type=float, default=1.0, help="0 = performances are laid out alike .. 1 = as usual")


def _material(command: Command) -> None:
    """What is trained on, and the compression network that its latents come from."""
    sub = command("cast", "Pack the drawings of the training material into the library of pictures that ships.")
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--out", type=Path, default=BUNDLED, help="folder of the shards")

    sub = command("fit", "Fit the compression network's linear path (closed form).")
    world(sub)
    sub.add_argument("--clips", type=int, default=160)
    sub.add_argument("--channels", type=int, default=512)
    sub.add_argument("--whitening", type=float, default=0.5)

    sub = command("autoencoder", "Train the compression network's decoder over its linear path.")
    world(sub)
    sub.add_argument("--minutes", type=float, default=20)
    sub.add_argument("--lr", type=float, default=1e-3)
    sub.add_argument(
        "--painter", type=float, default=0.0, metavar="TEMPERATURE", help="also mend what the run's transformer paints"
    )
    sub.add_argument("--fresh", action="store_true", help="begin with a residual that does nothing")
    sub.add_argument("--places", action="store_true", help="mostly stills of all places, painted from sketches")

    sub = command("cache", "Render scenes and keep their latents.")
    world(sub)
    sub.add_argument("--clips", type=int, default=1000)
    sub.add_argument("--index", type=int, default=0, help="number of this process, when several render side by side")
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--batch", type=int, default=16, help="clips rendered together")


def _transformer(command: Command) -> None:
    sub = command("transformer", "Train the transformer on cached latents.")
    sub.add_argument("--cache", type=Path, action="append", help="folder of shards (default RUN/cache); repeatable")
    sub.add_argument("--depth", type=int, default=8, help="the one dial")
    sub.add_argument("--leads", default="", help="comma-separated; only clips led by these actors")
    sub.add_argument("--init", type=Path, help="checkpoint, or folder of published weights, to start from")
    sub.add_argument("--behind", type=float, default=0.0, help="share of the curriculum that --init has been through")
    sub.add_argument("--peer", type=Path, help="folder of another such run, to meet halfway at every checkpoint")
    sub.add_argument("--minutes", type=float, default=60, help="of the whole schedule, over all sittings")
    sub.add_argument("--sitting", type=float, default=0.0, help="stop this sitting after so many minutes (0 = never)")
    sub.add_argument("--tokens", type=int, default=1600, help="per step")
    sub.add_argument("--lr", type=float, default=1.5e-3)
    sub.add_argument("--muon-lr", type=float, default=0.0)
    sub.add_argument("--shift", type=float, default=4.0, help="of the noise levels: higher = more layout, less detail")
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--compile", action="store_true", help="torch.compile the network")
    sub.add_argument("--half", action="store_true", help="bfloat16 products on a CPU too: 1.6 x with AVX-512 BF16")


def _drafts(command: Command) -> None:
    sub = command("pieces", "Render clips told apart into draft and plate, and keep their latents.")
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--shards", type=int, default=100, help="of 8 clips each")
    sub.add_argument("--stills", type=int, default=0, help="film shards of so many stills of empty places instead")
    sub.add_argument("--aside", default="", help="comma-separated actors that are kept from training")
    sub.add_argument("--only-aside", action="store_true", help="film these alone, for the line of validation")

    sub = command("drafts", "Teach a transformer to paint behind and around drafts, from the run's pieces.")
    sub.add_argument("--init", type=Path, help="checkpoint, or folder of published weights, to start from")
    sub.add_argument("--depth", type=int, default=6, help="the one dial")
    sub.add_argument("--minutes", type=float, default=60, help="of the whole schedule, over all sittings")
    sub.add_argument("--sitting", type=float, default=0.0, help="stop this sitting after so many minutes (0 = never)")
    sub.add_argument("--tokens", type=int, default=1024, help="per step")
    sub.add_argument("--lr", type=float, default=6e-4)
    sub.add_argument("--shift", type=float, default=2.5, help="of the noise levels: higher = more layout, less detail")
    sub.add_argument("--device", default="cpu")


def _few_steps(command: Command) -> None:
    sub = command(
        "trajectories", "Let the run's transformer, or the model that ships, paint what few steps are learnt from."
    )
    sub.add_argument("--cache", type=Path, action="append", help="folder of shards (default RUN/cache); repeatable")
    sub.add_argument("--leads", default="", help="comma-separated; only clips led by these actors")
    sub.add_argument("--minutes", type=float, default=10)
    sub.add_argument("--index", type=int, default=0, help="number of this process, when several paint side by side")
    sub.add_argument("--device", default="cpu")

    sub = command(
        "fewstep", "Turn that transformer into a few-step one with guidance inside, from the run's trajectories."
    )
    sub.add_argument("--minutes", type=float, default=30)
    sub.add_argument("--peer", type=Path, help="folder of another such run, to meet halfway at every checkpoint")
    sub.add_argument("--lr", type=float, default=4e-4)
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--half", action="store_true", help="bfloat16 products on a CPU too: 1.6 x with AVX-512 BF16")


def _others(command: Command) -> None:
    """Networks beside the transformer, and what becomes of a run."""
    sub = command("probe", "Train the classifier that scores clips (benchmarks/tasks.py).")
    world(sub)
    sub.add_argument("--clips", type=int, default=2400, help="to film")
    sub.add_argument("--minutes", type=float, default=8)
    sub.add_argument("--begin", type=Path, help="a probe to start from")
    sub.add_argument("--out", type=Path, required=True)

    sub = command("enhance", "Train a network that makes clips larger, or smoother.")
    world(sub)
    sub.add_argument("--what", choices=tuple(enhance.RECIPES), required=True)
    sub.add_argument("--clips", type=int, default=32, help="in a pool of films")
    sub.add_argument("--minutes", type=float, default=15)
    sub.add_argument("--lr", type=float, default=1e-3)

    sub = command("publish", "Write the run's averaged weights as the model's files.")
    sub.add_argument("--out", type=Path, default=BUNDLED)
    sub.add_argument("--what", choices=("model", "enhance"), default="model")
    sub.add_argument("--keep", type=float, default=0.0, help="share of the base's weights there that stays")

    sub = command("text", "Build the int8 text encoder from a folder with model.safetensors and tokenizer.json.")
    sub.add_argument("--source", type=Path, required=True)
    sub.add_argument("--out", type=Path, default=BUNDLED)

    sub = command("plot", "Draw the run's loss curves.")
    sub.add_argument("--out", type=Path, required=True)


def load_vae(run: Path) -> Vae:
    """The compression network of a run: refined if it was trained, else as fitted, else the one that ships."""
    trained, fitted = run / "autoencoder" / "checkpoint.pt", run / "linear.pt"
    if trained.exists() or fitted.exists():
        state = torch.load(trained if trained.exists() else fitted, map_location="cpu", weights_only=True)
        weights = state["ema"] if "ema" in state else state["module"]
    else:
        weights = quantise.dequantise(quantise.load(sorted(BUNDLED.glob("spark-vae-*.safetensors"))))
    basis = weights["linear.cell_basis"].shape
    vae = Vae(VaeConfig(channels=basis[1], block=weights["linear.block_basis"].shape[1]))
    vae.load_state_dict(weights)
    return vae


def load_text(device: str = "cpu") -> TextEncoder:
    shards = sorted(BUNDLED.glob("minilm-l6-int8-*.safetensors"))
    return TextEncoder.load(shards, BUNDLED / "minilm-tokenizer.json", device)


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def stage_of(args: argparse.Namespace) -> Stage:
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
    torch.set_flush_denormal(True)  # a residual that falls silent is many times slower without
    stage = stage_of(args)
    vae = load_vae(args.run)
    if args.fresh:
        for parameter in vae.refiner.outlet.parameters():
            torch.nn.init.zeros_(parameter)
    recipe = autoencoder.Recipe(minutes=args.minutes, lr=args.lr, seed=args.seed)
    painter = None
    if args.painter:
        dit = trained(args.run, "drafts" if args.places else "transformer", args.painter)[0].eval()
        painter = autoencoder.Painter(dit, TextStates(load_text()))
    source = pools(stage, stage.cast(args.run), args.seed, 48)
    if args.places:
        recipe = replace(recipe, noise=0.1, refresh=1200)  # what the painter leaves is the noise to be mended
        bank = load_actors(args.assets, [actor.name for actor in Corpus.full().actors], args.run / "sprites.npy")
        source = draft_shards.shots(args.assets, bank, args.seed, stills=320, clips=16)
    autoencoder.train(vae, source, args.run / "autoencoder", recipe, painter)


def make_cache(args: argparse.Namespace) -> None:
    vae = load_vae(args.run).to(args.device)
    fill_cache(stage_of(args), vae, args.run / "cache", args.clips, args.seed, args.index, args.device)


def train_transformer(args: argparse.Namespace) -> None:
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


def published(folder: Path) -> dict[str, torch.Tensor]:
    """Weights of the transformer in a folder where `publish` wrote them, before they were made few-step."""
    return quantise.dequantise(quantise.load(sorted(folder.glob(f"{SHARDS['drafts']}-*.safetensors"))))


def initialise(dit: Dit, source: Path, *, spectrum: bool = False) -> None:
    """Take every weight that has the same name and shape. spectrum: that too, else that of the data at hand is kept.

    source: a checkpoint of a run (its averaged weights), or a folder with published weights.
    """
    known = published(source) if source.is_dir() else torch.load(source, map_location="cpu", weights_only=True)["ema"]
    own = dit.state_dict()
    fits = {k: v for k, v in known.items() if k in own and own[k].shape == v.shape}
    taken = {k: v for k, v in fits.items() if spectrum or k != "spectrum"}
    dit.load_state_dict({**own, **taken})
    if "inlet.weight" not in taken:
        raise UsageError(f"{source}: holds no weights that fit a network of depth {dit.config.depth}")
    say(f"{source}: took {len(taken)} of {len(own)} tensors; what does not fit starts fresh")


def trained(run: Path, stage: str, temperature: float = 1.0) -> tuple[Dit, int]:
    """The averaged network of a run's stage (a key of `SHARDS`), and its step."""
    path = run / stage / "checkpoint.pt"
    if not path.exists():
        raise UsageError(f"{path}: there is no checkpoint; run the {stage} command first")
    state = torch.load(path, map_location="cpu", weights_only=True)
    channels = state["ema"]["spectrum"].numel()
    depth = sum(name.endswith(".modulation") for name in state["ema"])
    control = "steering.draft.weight" in state["ema"]
    config = DitConfig(channels, depth, few=stage == "fewstep", temperature=temperature, control=control)
    dit = Dit(config)
    dit.load_state_dict(state["ema"])
    return dit, state["step"]


def taught(run: Path) -> Dit:
    """The network whose sampling few steps are to do: the run's transformer if it has one, else the one that ships."""
    config = DitConfig(**manifest.card("spark").params["dit"])
    if (run / "transformer" / "checkpoint.pt").exists():
        return trained(run, "transformer", config.temperature)[0]
    dit = Dit(replace(config, few=False))
    dit.load_state_dict(published(BUNDLED))
    return dit


def paint_trajectories(args: argparse.Namespace) -> None:
    cache = Cache(args.cache or [args.run / "cache"], args.device, words(args.leads))
    card, dit = manifest.card("spark"), taught(args.run).to(args.device)
    precision.halve(dit, torch.device(args.device))
    model = Spark(card, load_vae(args.run), dit, load_text(args.device))
    options = replace(SamplingOptions.of(card), steps=fewstep.STEPS)
    fewstep.paint(model, cache, args.run / "trajectories", options, args.minutes, args.index, args.seed)


def train_fewstep(args: argparse.Namespace) -> None:
    peer = args.peer and args.peer / "fewstep"
    recipe = fewstep.Recipe(minutes=args.minutes, lr=args.lr, half=args.half, peer=peer, seed=args.seed)
    text = TextStates(load_text(args.device))
    fewstep.train(taught(args.run), text, args.run / "trajectories", args.run / "fewstep", recipe, args.device)


def make_probe(args: argparse.Namespace) -> None:
    corpus = stage_of(args).world()
    recipe = probe.Recipe(corpus=corpus, clips=args.clips, minutes=args.minutes, seed=args.seed)
    probe.train_probe(args.assets, args.run / "probe", args.out, load_vae(args.run), recipe, args.begin)


def train_enhance(args: argparse.Namespace) -> None:
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


def blend(dit: Dit, source: Path, share: float) -> None:
    """Move a network that went on from published weights back towards them.

    What was learnt lately is mostly kept, and what was known is known better than at either end (Wortsman et al. 2022,
    "Robust fine-tuning of zero-shot models"). share: of the published weights in the folder `source`.
    """
    known = published(source)
    own = dit.state_dict()
    if {name: value.shape for name, value in known.items()} != {name: value.shape for name, value in own.items()}:
        raise UsageError(f"{source}: its weights are not those of a network like this one; publish without --keep")
    for name, value in own.items():
        if value.is_floating_point():
            value.lerp_(known[name].to(value.dtype), share)


def build_text(args: argparse.Namespace) -> None:
    from soracli.train.text_encoder import build_text_encoder, report

    say(report(build_text_encoder(args.source, args.out)))


def plot(args: argparse.Namespace) -> None:
    from soracli.train.plot import draw

    draw(sorted(args.run.glob("**/*log.jsonl")), args.out)


def pack_cast(args: argparse.Namespace) -> None:
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
