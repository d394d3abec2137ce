"""What `--audio` and `--no-audio` make of the sound of a result."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from soracli import media
from soracli.errors import UsageError
from soracli.media import Audio, Source
from soracli.media.formats import Format
from soracli.options.flags import OutputFlags


@dataclass(frozen=True)
class Soundtrack:
    """music: what is laid under the result. mute: the result's own sound is left out. silent: the format of a result
    that has sound of its own and cannot hold it; else empty.
    """

    music: Source | None = None
    mute: bool = False
    silent: str = ""

    @classmethod
    def of(cls, flags: OutputFlags, format: Format, *, still: bool, sounds: bool = False) -> Soundtrack:
        """Read what is given, or say why it cannot be heard. sounds: whether the result has sound of its own."""
        if flags.audio is None:
            lost = sounds and not (still or format.sound or flags.no_audio) and flags.origin.expected is None
            return cls(None, flags.no_audio, format.name if lost else "")
        if still:
            raise UsageError("--audio: a picture has no sound; leave it out", "not_for_stills")
        if not format.sound and flags.origin.expected is None:  # frames that are compared go nowhere
            raise UsageError(f"--audio: {format.name} holds no sound; take mp4, mov, mkv or webm", "no_effect")
        return cls(media.read_sound(flags.audio), flags.no_audio)

    @property
    def given(self) -> tuple[Source, ...]:
        return () if self.music is None else (self.music,)

    @property
    def notes(self) -> tuple[str, ...]:
        lost = (f"{self.silent} holds no sound; that of the source is left out.",) if self.silent else ()
        return lost if self.music is None else self.music.notes

    def sound(self, own: Audio | None, seconds: Fraction) -> Audio | None:
        """The sound of a result that lasts so long. own: that of its sources, or None."""
        own = None if self.mute else own
        if self.music is None or self.music.audio is None:
            return own
        return media.laid_under(own, self.music.audio, seconds)
