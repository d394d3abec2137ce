"""Clips that sora made of a scene: their recipe holds the scene, so that it can go on or be painted anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from soracli import media
from soracli.errors import SoraError
from soracli.formatting import printable
from soracli.media import Source
from soracli.options import open_models, recipes
from soracli.options.calls import Call
from soracli.options.flags import Flags
from soracli.pipeline import recipe_files
from soracli.provenance import credentials
from soracli.scenes.notation import scene_pictures
from soracli.weights import manifest

PAINTED = ("steps", "guidance", "negative")  # flags of painting that a recipe tells, beside the seed
OTHERWISE = ("size", "fps", *PAINTED, "lora", "weights", "guide", "cache", "compile")  # flags that make other frames
BESIDE = frozenset(("draft", "sketch", "keyframe"))  # arguments whose files were painted from, beside the scene


@dataclass(frozen=True)
class OwnClip:
    """A clip and its recipe. scene: text of its scene file, pictures found. call: the command that made it, as data."""

    path: str
    source: Source
    recipe: dict[str, Any]
    scene: str
    call: Call

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.source.clip.frames)

    @property
    def fps(self) -> Fraction:
        """Frames a second."""
        return self.source.clip.fps

    @property
    def aspect(self) -> float:
        """Width over height."""
        height, width = self.source.clip.frames.shape[1:3]
        return float(width / height)

    @property
    def again(self) -> tuple[int, ...]:
        """See `Canvas.again`."""
        found = self.recipe.get("again")
        numbers = [n for n in found if isinstance(n, int) and 0 < n < self.frames] if isinstance(found, list) else []
        return tuple(sorted(set(numbers)))

    def filled(self, flags: Flags) -> Flags:
        """Flags with the seed and the settings of sampling of the recipe, where they are not typed."""
        arguments = self.call.arguments
        left = [name for name in ("seed", *PAINTED) if getattr(flags, name) is None and name in arguments]
        return replace(flags, **{name: arguments[name] for name in left})


def read(source: Source, flags: Flags) -> OwnClip | None:
    """A clip whose recipe tells a scene of the model that is to paint; None if it does not.

    A recipe may be a stranger's: one that is damaged, or whose pictures are not there, tells nothing.
    """
    path, card = str(source.path), manifest.card(flags.model)
    if source.data is not None or not card.takes_drafts:
        return None
    recipe = media.info(path).recipe or {}
    if "scene" not in recipe or recipe.get("model") != card.name:
        return None
    try:
        call, text = recipes.call(recipe, path), recipes.scene(recipe, path)
        if BESIDE & set(call.arguments):
            return None
        if scene_pictures(text):
            staged = recipe_files.with_inputs(Call("generate", {"scene": text}), recipe, path, lambda note: None)
            text = staged.arguments["scene"]
        return OwnClip(path, source, recipe, text, call)
    except SoraError:
        return None


def difference(own: OwnClip, flags: Flags) -> str:
    """Why the recipe would not give the same frames once more, in words; empty if nothing is known against it."""
    arguments, card = own.call.arguments, manifest.card(flags.model)
    if own.recipe.get("weights") != manifest.digest(card):
        return f"it was made with other weights of {card.name}"
    if "noise" not in own.recipe or "loras" in own.recipe or open_models.flags_of(own.recipe):
        return "it was made by other means than this version's"
    height, width = own.source.clip.frames.shape[1:3]
    measured = {"width": width, "height": height, "frames": own.frames, "fps": str(own.fps)}
    if any(own.recipe.get(name) != value for name, value in measured.items()):
        return "it has another size, rate or length than its recipe tells"
    place = Path(own.path)
    found = credentials.read_folder(place) if place.is_dir() else credentials.read(place)
    if found.state != "intact":
        return "it has lost its content credential" if found.state == "none" else "it was changed since"
    for name in ("seed", *OTHERWISE):
        typed = getattr(flags, name)
        if typed and str(typed) != str(arguments.get(name)):
            return f"--{name} {printable(typed)} asks for something else"
    if flags.count not in (None, "1"):
        return f"--count {flags.count} asks for other seeds"
    return ""
