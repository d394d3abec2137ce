"""`--subject`: a picture of the user's own of whom or what is to be seen. No torch.

`PICTURE` or `PHOTO@X,Y,W,H` (a box of it), and `:NAME` of the performer of the scene that it plays. In a scene it is a
cut-out, so that it needs alpha or a box, which gets a soft edge; a network that is shown it takes any picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.scenes import notation
from soracli.types import Frames
from soracli.world.language.verbs import GROUND_SIZE
from soracli.world.scene import Performer, Scene

if TYPE_CHECKING:
    from soracli.scenes.known import Own
    from soracli.scenes.vocabulary import Library


@dataclass(frozen=True)
class Subject:
    """text: as typed. picture: path, with the box if one was given. file: path alone. name: of whom it plays, empty =
    the main one.
    """

    text: str
    picture: str
    file: str
    name: str = ""

    @classmethod
    def of(cls, text: str) -> Subject:
        """Raises MediaError if the picture cannot be used, UsageError for what cannot be meant."""
        path, box, name = notation.parted_subject(text)
        if path == "-":
            raise UsageError("--subject -: a subject is drawn more than once; give it as a file", "bad_subject")
        if not path:
            raise UsageError(
                f"--subject {printable(text)}: must be PICTURE, PICTURE:NAME or PHOTO@X,Y,W,H", "bad_subject"
            )
        one = cls(text, path + box, path, name)
        one.pixels()
        return one

    def pixels(self) -> Frames:
        """The picture over white, uint8 (1, H, W, 3)."""
        from soracli.scenes import cutout

        return cutout.on_white(self.picture)

    def check_cutout(self) -> None:
        """Raise MediaError if nothing says what of it is drawn and what is background."""
        from soracli.scenes import cutout

        cutout.read(self.picture)


def known(subjects: Sequence[Subject], others: Sequence[Own] = ()) -> Library:
    """The pictures that a prompt may mean: those that ship, and subjects under names that are nearly or not in them.

    others: performers of the user's own, by whatever name.
    """
    from soracli.scenes.known import Own, named, shipped
    from soracli.scenes.vocabulary import vocabulary

    words = vocabulary(shipped())
    names = {one.name.lower(): words.of(one.name.lower(), "name") for one in subjects if one.name}
    own = [Own(name) for name, entry in sorted(names.items()) if entry is None or entry.near]
    return named((*own, *others)) if own or others else shipped()


def played(scenes: Sequence[Scene], subjects: Sequence[Subject]) -> tuple[Scene, ...]:
    """Scenes whose performers are played by subjects: those of a name in every scene, or else the main ones.

    Raises UsageError for a name that nobody in any scene has.
    """
    for one in subjects:
        names = list(dict.fromkeys(p.name for scene in scenes for p in scene.performers))
        if one.name and not any(_is(one.name, name) for name in names):
            there = " and ".join(f"'{name}'" for name in names)
            rest = f"there is {there}" if names else "there is nobody in it; leave the name out"
            raise UsageError(
                f"--subject {printable(one.text)}: nobody in the scene is called so; {rest}", "bad_subject"
            )
    return tuple(_played(scene, subjects) for scene in scenes)


def _played(scene: Scene, subjects: Sequence[Subject]) -> Scene:
    cast = list(scene.performers)
    for one in (subject for subject in subjects if subject.name):
        cast = [replace(p, picture=one.picture) if _is(one.name, p.name) else p for p in cast]
    for one in (subject for subject in subjects if not subject.name):
        free = next((i for i, p in enumerate(cast) if not p.picture), None)
        if free is None:
            x = 0.5 + 0.22 * len(cast) * (-1) ** len(cast)
            cast.append(Performer("picture", "stand", size=GROUND_SIZE, x=x % 1, picture=one.picture))
        else:
            cast[free] = replace(cast[free], picture=one.picture)
    return replace(scene, performers=tuple(cast))


def _is(name: str, performer: str) -> bool:
    """Whether a performer is called so: by its own name, a synonym, or a word of it (`man` of `man walking`)."""
    from soracli.scenes.known import shipped
    from soracli.scenes.vocabulary import vocabulary

    own, asked = performer.lower(), name.lower()
    if asked == own or asked in own.split():
        return True
    entry = vocabulary(shipped()).of(asked, "name")
    return entry is not None and not entry.near and entry.value == performer
