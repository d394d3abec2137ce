"""`sora edit` where nothing is painted anew: a look over a clip, by a --style, a picture, or by a prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.commands import passes
from soracli.errors import UsageError
from soracli.formatting import printable, stem, suggest
from soracli.media import Area, Audio, Source, formats
from soracli.options import calls, parse
from soracli.options.calls import Call
from soracli.options.flags import Flags, OutputFlags
from soracli.pipeline import output_paths, sources
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.recipe import of_call
from soracli.pipeline.soundtrack import Soundtrack
from soracli.prompts.modifiers import LOOKS, PAINTINGS
from soracli.safety import review as reviews
from soracli.safety import screening
from soracli.types import Clip, Frames, Mask
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.footage.look_reader import Look

NO_EFFECT = (  # flags of sampling, which change nothing here
    "count", "steps", "guidance", "negative", "lora", "weights", "tiles", "guide", "cache", "compile", "save_latents",
    "expand", "preview", "max_memory", "duration",
)  # fmt: skip


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora edit` as they were typed; None = not typed. strength: in 0..1."""

    path: str
    prompt: str | None
    strength: float | None
    start: str | None
    stop: str | None
    style: str | None
    reference: str | None
    region: str | None
    fit: str
    partial: bool


def applies(args: Arguments, flags: Flags) -> bool:
    """Whether a look is laid over, and nothing painted: a style that no prompt can name, or anything for a model that
    paints places of its own alone.
    """
    painting = args.style in PAINTINGS or (args.style is not None and Path(args.style).is_file())
    return painting or manifest.card(flags.model).takes_drafts


@dataclass(frozen=True)
class Work:
    """One clip and the look for it. clip: at the size and rate of the result. shares: see `looks.mixed`.

    start, stop: the frames that are changed. model: the picture that --style or --style-ref names. notes: on --region.
    """

    given: tuple[Source, ...]
    clip: Clip
    look: Look
    start: int
    stop: int
    shares: npt.NDArray[np.float32]
    strength: float
    seed: int
    outputs: Outputs
    call: Call
    track: Soundtrack
    painted_as: Source | None = None
    toned_as: Source | None = None
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.clip.frames.shape[1:3]
        return width, height

    @property
    def frames(self) -> int:
        return len(self.clip.frames)

    @property
    def fps(self) -> Fraction:
        return self.clip.fps

    @property
    def networks(self) -> dict[str, str]:
        """Digests of the networks that paint, by their names in weights.toml."""
        if self.painted_as is None and self.look.style not in PAINTINGS:
            return {}
        known = manifest.tools()
        return {name: manifest.digest(known[name]) for name in ("style", "rife")}

    @property
    def named(self) -> list[str]:
        """What is laid over the clip."""
        pictures = {"the manner of a picture": self.painted_as, "the colours of a picture": self.toned_as}
        return [*filter(None, self.look), *(name for name, picture in pictures.items() if picture is not None)]

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself."""
        width, height = self.size
        kinds = {**self.look._asdict(), "picture": self.painted_as is not None, "tone": self.toned_as is not None}
        return {
            "verb": "edit", "look": {kind: value for kind, value in kinds.items() if value},
            "strength": self.strength, "start": self.start, "stop": self.stop, "networks": self.networks,
            "width": width, "height": height, "frames": self.frames, "fps": str(self.fps), "seed": self.seed,
            "review": ",".join(reviews.names()), **of_call(self.call), media.DIGEST: "",
        }  # fmt: skip

    def made(self, flags: OutputFlags) -> Iterator[tuple[Frames, Mask | None]]:
        """Every frame, and where it is new."""
        from soracli.footage import looks
        from soracli.pipeline import model_cache

        threads = None if flags.threads is None else parse.whole("--threads", flags.threads, 1, 1024)
        where = model_cache.device(flags.device, threads)
        frames, (width, height) = self.clip.frames, self.size
        part = Clip(frames[self.start : self.stop], self.fps)
        given = looks.Given(width, height, self.fps, len(part.frames), self.seed, where)
        picture = None if self.painted_as is None else self.painted_as.clip.frames[0]
        toned = None if self.toned_as is None else media.toned(part, self.toned_as.clip).frames
        changed = looks.mixed(part.frames, looks.filters(self.look, given, picture, toned), self.shares)
        for number, frame in enumerate(frames):
            inside = self.start <= number < self.stop
            new = np.ceil(self.shares[number - self.start]) if inside else np.zeros((1, 1), np.float32)
            shown = next(changed) if inside else frame
            yield shown[None], np.broadcast_to(new, (1, height, width))

    def sound(self) -> Audio | None:
        return self.given[0].audio

    def marked(self) -> None:
        """New pixels are marked, whatever the source carries: a look may have wiped it out."""


def edit(args: Arguments, flags: Flags) -> None:
    """Do what the verb asks for: the reporter of the flags is told."""
    talk, run = flags.reporter, passes.found_run(flags)
    text = parse.prompt(args.prompt, flags.prompt_file, needed=False)
    said = [screening.ScreenedText(text)] if text else []
    screening.by_words(said)
    _check_flags(flags)
    look, told = _told(text)
    work = _prepare(
        args, text, look, flags, None if run is None else output_paths.planned(run.format, [i.path for i in run.items])
    )
    refitted = sources.refitted(work.given[0].clip, work.size, work.fps, flags)
    notes = [*work.given[0].notes, *work.notes, *work.track.notes, *refitted, *told, *flags.origin.notes]
    if said and (note := screening.by_meaning(said)):
        notes.append(note)
    for note in (*notes, *work.outputs.notes):
        talk.note(note)
    named = [
        *filter(None, work.look),
        *(["a picture"] if work.painted_as else []),
        *(["a tone"] if work.toned_as else []),
    ]
    talk.say(f"{', '.join(named)} over {passes.described(work)}")
    if flags.dry_run:
        passes.planned(work, talk, notes)
        return
    passes.send(work, run, flags, talk, notes, work.networks)


def _told(text: str) -> tuple[Look, tuple[str, ...]]:
    from soracli.footage import look_reader

    return look_reader.read(text) if text else (look_reader.Look(), ())


def _check_flags(flags: Flags) -> None:
    """Refuse what was typed and would change nothing."""
    typed = flags.origin.call.arguments
    for name in NO_EFFECT:
        if name in typed and name not in flags.origin.assumed:
            raise UsageError(
                f"--{name.replace('_', '-')}: has no effect here, where a look is laid over and nothing is painted; "
                "leave it out",
                "no_effect",
            )
    output_paths.check_streams(flags.output, json=flags.json, dry_run=flags.dry_run)
    parse.check_device(flags.device)


def _prepare(args: Arguments, text: str, look: Look, flags: Flags, going_on: Outputs | None) -> Work:
    """Read what is given, and say in one line what is wrong with the request."""
    source = sources.clip(args.path, "edit", args.partial)
    look, picture = _styled(args.style, look)
    tone = None if args.reference is None else sources.picture(args.reference, "edit")
    if not any(look) and picture is None and tone is None:
        raise UsageError(
            "edit: say what to change: a PROMPT such as 'make it snow', --style NAME or PICTURE, or --style-ref",
            "no_look",
        )
    clip = _sized(source.clip, args.fit, flags)
    first, last = sources.part(source.clip, args.start, args.stop)
    ratio = Fraction(len(clip.frames), len(source.clip.frames))
    start, stop = round(first * ratio), min(len(clip.frames), round(last * ratio))
    height, width = clip.frames.shape[1:3]
    strength = 1.0 if args.strength is None else args.strength
    shares, on_region = _shares(args.region, strength, clip, start, stop)
    names: dict[str, object] = {
        "slug": f"{stem(args.path)}-edit",
        "model": "look",
        "width": str(width),
        "height": str(height),
    }
    seed = parse.seeds(flags.seed, None)
    if len(seed) > 1:
        raise UsageError(f"--seed {flags.seed}: a look is the same but for its snowflakes; give one seed", "bad_seed")
    outputs = going_on or (
        output_paths.planned("frames", [None])
        if flags.origin.expected is not None
        else output_paths.outputs(flags.output, flags.format, names, seed, len(clip.frames), force=flags.force)
    )
    track = Soundtrack.of(flags, outputs.format, still=False, sounds=source.audio is not None)
    given = tuple(part for part in (source, picture, tone, *track.given) if part is not None)
    output_paths.check_inputs(outputs, calls.reads(flags.origin))
    formats.check(outputs.format, width, height, float(clip.fps))
    formats.quality(flags.quality, outputs.format)
    arguments = {name: value for name, value in flags.origin.call.arguments.items() if name in OWN}
    call = Call("edit", arguments).having(fps=str(clip.fps), size=flags.size, prompt=text or None)
    return Work(
        given, clip, look, start, stop, shares, strength, seed[0], outputs, call, track, picture, tone, on_region
    )  # fmt: skip


def _shares(
    region: str | None, strength: float, clip: Clip, start: int, stop: int
) -> tuple[npt.NDArray[np.float32], tuple[str, ...]]:
    """(how much of the look each pixel of the frames start .. stop - 1 gets, notes): (T, H, W), or (T, 1, 1)."""
    if region is None:
        return np.broadcast_to(np.float32(strength), (stop - start, 1, 1)), ()
    area = Area.of(region, "--region")
    mask = sources.covered(area, clip, track=False)
    if not (part := mask[start:stop]).any():
        raise UsageError(
            f"--region {printable(region)}: covers nothing in the time that is changed; see --from and --to",
            "empty_mask",
        )
    return media.feather(part, sources.RIM) * np.float32(strength), area.notes(mask, clip.fps)


OWN = (
    "clip",
    "prompt",
    "strength",
    "start",
    "stop",
    "style",
    "style_ref",
    "region",
    "fit",
    "allow_partial",
    "audio",
    "no_audio",
)


def _styled(style: str | None, look: Look) -> tuple[Look, Source | None]:
    """The look with a --style, and the picture that it names."""
    if style is None:
        return look, None
    if look.style:
        raise UsageError(f"--style {printable(style)}: the prompt names a style too; give one of them", "two_styles")
    if style in LOOKS:
        return look._replace(style=style), None
    if Path(style).exists():
        return look, sources.picture(style, "edit")
    raise UsageError(
        f"--style {printable(style)}: is neither a style nor a picture{suggest(style, LOOKS)}; there are "
        f"{', '.join(LOOKS)}",
        "bad_style",
    )


def _sized(clip: Clip, how: str, flags: Flags) -> Clip:
    """At the size (even, as video wants it) and rate that flags ask for, or its own."""
    height, width = clip.frames.shape[1:3]
    size = width // 2 * 2, height // 2 * 2
    if flags.size is not None:
        size = parse.size(flags.size, size, (1, 2, 2))
    fps = clip.fps if flags.fps is None else parse.rate(flags.fps)
    if not 1 <= fps <= 240:
        raise UsageError(f"--fps {flags.fps}: must be 1..240", "bad_fps")
    return sources.fitted(clip, size, fps, how)
