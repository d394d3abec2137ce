"""A model that stays in memory; its methods are the verbs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack

from soracli.api.calls import make, running
from soracli.api.results import Result
from soracli.api.settings import Box, Fit, OutputSettings, PathLike, Settings, seconds
from soracli.card import Card
from soracli.errors import UsageError
from soracli.options import open_models, parse
from soracli.options.flags import Flags
from soracli.pipeline import model_cache
from soracli.types import Canvas, SamplingOptions
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.sampling.steps import Step


def load(
    name: PathLike | None = None,
    *,
    device: str = "auto",
    loras: Sequence[str] = (),
    weights: str | None = None,
) -> Model:
    """A model, by its name (`list_models`), a folder in hub layout or a checkpoint file; None = the default one.

    Its files are looked for now; the network is read when it is first used, and then stays in memory.

    Args:
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        loras: adapters, `FILE[:SCALE]` or names.
        weights: `whole` (default), `int8` or `fp8`: how an open model's matrices are kept.

    Raises:
        WeightsError: files are missing or damaged.
        UsageError: there is no such model, or it cannot honour an argument.
    """
    return Model(Flags(
        model=None if name is None else os.fspath(name), device=device, lora=list(loras) or None, weights=weights
    ))  # fmt: skip


class Model:
    """A model that stays in memory from one call to the next; `close` it, or use it as a context manager.

    Every method makes one file and raises a SoraError if it does not: PolicyError for what is refused or withheld,
    MediaError for a source that cannot be used, CapacityError for what does not fit, UsageError for the rest. Nothing
    is overwritten without `force`. Of several models in use the last one used is in memory.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        parse.check_device(flags.device)
        self.card: Card = open_models.adapted(manifest.card(flags.model), flags)
        manifest.paths(self.card)
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(model_cache.keeping_models())

    @property
    def name(self) -> str:
        return self.card.name

    def __repr__(self) -> str:
        return f"<soracli.Model {self.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the network go; the next call reads it anew."""
        self._stack.close()

    def generate(
        self,
        prompt: str | None,
        output: PathLike,
        *,
        shots: Sequence[tuple[float, str]] = (),
        scene: PathLike | None = None,
        keyframes: Mapping[float, PathLike] | None = None,
        camera: str | None = None,
        motion: int | None = None,
        style: str | None = None,
        draft: PathLike | None = None,
        key: str | None = None,
        subjects: Sequence[str] = (),
        engine: str = "auto",
        fit: Fit = "pad",
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a clip from a text.

        Args:
            shots: (seconds, prompt) of each shot, instead of a prompt.
            scene: a scene file instead of a prompt.
            keyframes: pictures by the second at which they are shown.
            draft, key: a clip laid over the scene, and the colour of it that is left out.
            subjects: `PICTURE[:NAME]` of pictures that play performers, or that VACE is shown.
            engine: of key frames: `model`, `motion` (by the pictures' own motion), or `auto`.
        """
        own = {
            "prompt": prompt, "shot": [f"{start}s:{text}" for start, text in shots], "scene": scene,
            "keyframe": [f"{os.fspath(path)}@{at}s" for at, path in (keyframes or {}).items()], "camera": camera,
            "motion": motion, "style": style, "draft": draft, "key": key, "subject": list(subjects), "fit": fit,
            "engine": engine,
        }  # fmt: skip
        return self._run("generate", output, own, settings)

    def image(
        self,
        prompt: str | None,
        output: PathLike,
        *,
        scene: PathLike | None = None,
        style: str | None = None,
        draft: PathLike | None = None,
        key: str | None = None,
        subjects: Sequence[str] = (),
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a picture from a text. See `generate`."""
        own = {
            "prompt": prompt, "scene": scene, "style": style, "draft": draft, "key": key, "subject": list(subjects),
        }  # fmt: skip
        return self._run("image", output, own, settings)

    def animate(
        self,
        image: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        to: PathLike | None = None,
        region: PathLike | Box | None = None,
        keyframes: Mapping[float, PathLike] | None = None,
        camera: str | None = None,
        motion: int | None = None,
        style: str | None = None,
        moves: Sequence[str] = (),
        engine: str = "auto",
        fit: Fit = "pad",
        **settings: Unpack[Settings],
    ) -> Result:
        """Bring a picture to life; frame 0 is the picture itself.

        Args:
            to: the picture to end on.
            region: only this moves: a mask picture, or a box.
            moves: `X,Y,W,H:DX,DY` of parts of the picture that move so far, in pixels.
            engine: `model`, `motion` (by the picture's own motion), or `auto`.
        """
        own = {
            "image": os.fspath(image), "prompt": prompt, "to": to, "region": region, "camera": camera, "motion": motion,
            "keyframe": [f"{os.fspath(path)}@{at}s" for at, path in (keyframes or {}).items()], "style": style,
            "move": list(moves), "engine": engine, "fit": fit,
        }  # fmt: skip
        return self._run("animate", output, own, settings)

    def extend(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        after: float = 0,
        before: float = 0,
        loop: float = 0,
        overlap: float | None = None,
        engine: str = "auto",
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a clip longer; its own frames stay as they are.

        Args:
            after, before: seconds that are added; at both ends as many.
            loop: seconds of a way from the end back to the beginning, instead.
            overlap: seconds of the clip that the new frames follow; None = all that the model can see.
            allow_partial: use what there is of a file that ends early.
        """
        lengths = {length for length in (after, before, loop) if length}
        if len(lengths) != 1 or (loop and (after or before)):
            raise UsageError("extend: give after, before (both alike if both) or loop, in seconds", "bad_direction")
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "forward": bool(after and not before), "loop": bool(loop),
            "backward": bool(before and not after), "both": bool(before and after), "by": seconds(lengths.pop()),
            "overlap": seconds(overlap), "engine": engine, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("extend", output, own, settings)

    def edit(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        strength: float | None = None,
        start: float | None = None,
        stop: float | None = None,
        style: PathLike | None = None,
        style_ref: PathLike | None = None,
        region: PathLike | Box | None = None,
        moves: Sequence[str] = (),
        subjects: Sequence[str] = (),
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Change what a clip shows, keeping how it moves.

        Args:
            strength: 0 (unchanged) .. 1 (all new); None = 0.6 for painting, 1 for a look.
            start, stop: seconds; frames outside stay as they are.
            style: a look (`noir`, `watercolour`, ...), or a picture in whose manner the clip is painted.
            style_ref: a picture whose colours and contrast are taken over.
            region: only this changes: a mask picture, or a box.
        """
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "strength": strength, "from": seconds(start),
            "to": seconds(stop), "style": style, "style_ref": style_ref, "region": region,
            "move": list(moves), "subject": list(subjects), "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("edit", output, own, settings)

    def inpaint(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        mask: PathLike | Box | None = None,
        outpaint: tuple[int, int, int, int] | None = None,
        track: bool = False,
        invert_mask: bool = False,
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Paint a part of a clip or picture anew, or around it; every other pixel stays as it is.

        Args:
            prompt: what is to be there; None = what is masked is removed.
            mask: a picture or clip (white is painted), a box, or `person`.
            outpaint: pixels of room to add: top, right, bottom, left.
            track: the mask follows what it lies on in its first frame.
        """
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "mask": mask, "outpaint": outpaint, "track": track,
            "invert_mask": invert_mask, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("inpaint", output, own, settings)

    def blend(
        self,
        a: PathLike,
        b: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        by: float = 2,
        mode: Literal["between", "replace", "dissolve"] = "between",
        engine: str = "auto",
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Join two clips by a transition of `by` seconds.

        Args:
            mode: `between`: new frames; `replace`: the last and first frames anew; `dissolve`: both overlaid.
        """
        own = {
            "a": os.fspath(a), "b": os.fspath(b), "prompt": prompt, "by": seconds(by), "mode": mode, "engine": engine,
            "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("blend", output, own, settings)

    def vary(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        strength: float = 0.7,
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a variation of a clip, one per seed. strength: 0 (unchanged) .. 1 (all new)."""
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "strength": strength, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("vary", output, own, settings)

    def enhance(
        self,
        clip: PathLike,
        output: PathLike,
        *,
        scale: Literal[1, 2, 4] = 2,
        loop: bool = False,
        slow: float | None = None,
        denoise: float | Literal["auto"] | None = None,
        engine: Literal["auto", "photo", "drawing"] = "auto",
        allow_partial: bool = False,
        **settings: Unpack[OutputSettings],
    ) -> Result:
        """Make a clip larger and, with `fps`, smoother. Networks of its own; nothing is sampled.

        Args:
            loop: the last frame leads to the first.
            slow: slow motion, times as long, 1..16.
            denoise: deviation of the noise to take out, 0..50 of 255; `auto` = as measured.
        """
        own = {
            "clip": os.fspath(clip), "scale": scale, "loop": loop, "slow": slow, "denoise": denoise, "engine": engine,
            "allow_partial": allow_partial, "device": self._flags.device,
        }  # fmt: skip
        return make("enhance", output, own, settings, OutputSettings)

    def steps(self, canvas: Canvas, prompt: str, options: SamplingOptions | None = None) -> Iterator[Step]:
        """The sampler's own generator, for research: latents and frames as they come, nothing is written.

        Texts are screened. What a loop over it writes is neither reviewed nor marked: use the methods for results.

        Args:
            canvas: what is given and what to paint (`soracli.pipeline.tasks`), on the size and rate of the options.
            options: default: the card's, `SamplingOptions.of(model.card)`.
        """
        from soracli.safety import screening
        from soracli.sampling.sampler import sample
        from soracli.types import Geometry

        options = SamplingOptions.of(self.card) if options is None else options
        texts = screening.said(prompt, (), options.negative, options.guidance)
        screening.by_words(texts)
        screening.by_meaning(texts)
        canvas, told = _drafted(canvas, prompt, options, self.card)
        where = model_cache.device(self._flags.device, None)
        with running:
            model = model_cache.load(self.card, where)
        yield from sample(model, canvas, told, options, Geometry.of(options, self.card), where)

    def _run(self, verb: str, output: PathLike, own: Mapping[str, Any], settings: Settings) -> Result:
        flags = self._flags
        asked = {"model": flags.model, "device": flags.device, "lora": flags.lora, "weights": flags.weights}
        return make(verb, output, {**own, **asked}, settings, Settings)


def _drafted(canvas: Canvas, prompt: str, options: SamplingOptions, card: Card) -> tuple[Canvas, Any]:
    """A canvas of which nothing is given, with the draft of the scene that a prompt is read as, and its shots."""
    if canvas.draft is not None or not card.takes_drafts or not bool((canvas.mask == 1).all()):
        return canvas, prompt
    from dataclasses import replace

    from soracli.scenes.drafting import drafted
    from soracli.scenes.plot import Plot
    from soracli.types import Shot

    film, _ = Plot((Shot(0.0, prompt),), time=card.stride[0]).film(options, options.seed, canvas.frames)
    return replace(canvas, draft=drafted(film)), film.shots
