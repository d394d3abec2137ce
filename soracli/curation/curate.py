"""`sora curate`: a folder of clips becomes a list of shots, with those that are unfit to train on named and why."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from soracli import media
from soracli.commands import sheet
from soracli.commands.output_types.curation import Measures
from soracli.console.output import emit, print_out
from soracli.console.progress import Talk
from soracli.curation import rules
from soracli.curation.measures import Floats, likeness, measured
from soracli.errors import CapacityError, CheckError, MediaError, UsageError
from soracli.footage import optical_flow
from soracli.formatting import printable, short
from soracli.media import mix
from soracli.options.flags import TalkFlags
from soracli.pipeline import deliver, model_cache, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.sources import named
from soracli.provenance.ingredients import ingredients
from soracli.provenance.stamp import Stamp
from soracli.types import Clip

CLIPS = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".gif",
    ".webp",
    ".avif",
    ".mpg",
    ".mpeg",
    ".ts",
    ".mts",
    ".wmv",
    ".flv",
    ".ogv",
    ".3gp",
)  # fmt: skip  suffixes of files that may be clips; others are passed over
PATIENCE = 600  # seconds for a captioner
SHOWN = 3  # frames of a shot on the contact sheet
LONG = 40  # rows of the sheet that stand under each other
MOST = 400  # shots on the sheet


@dataclass(frozen=True)
class Wish:
    """What was typed. output: the list; None = named by us. split: folder for the shots that are kept."""

    output: str | None = None
    split: str | None = None
    captioner: str | None = None
    force: bool = False
    device: str = "auto"


@dataclass
class Shot:
    """One shot of a file: frames first .. end - 1, or a file that could not be read, which has none.

    source: the file, with no more of its frames than the contact sheet shows. reasons: fault -> the figure that says
    so; none = it is kept. whole: nothing else is in the file. clip: where it was written to.
    """

    source: media.Source
    first: int = 0
    end: int = 0
    fps: Fraction = Fraction(1)
    size: tuple[int, int] = (0, 0)  # width, height
    found: Measures | None = None
    print: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    reasons: dict[str, str] = field(default_factory=dict)
    caption: str = ""
    whole: bool = True
    clip: Path | None = None

    @property
    def path(self) -> Path:
        return self.source.path

    @property
    def name(self) -> str:
        return f"{output_paths.shown(self.path)} {self.first}..{self.end - 1}"

    def as_data(self) -> dict[str, Any]:
        """A line of the list, `results.Curated`."""
        path = output_paths.shown(self.path)
        if self.found is None:
            return {"path": path, "kept": False, "reasons": self.reasons}
        return {
            "path": path, "first": self.first, "end": self.end, "start": round(float(self.first / self.fps), 3),
            "stop": round(float(self.end / self.fps), 3), "fps": str(self.fps), "width": self.size[0],
            "height": self.size[1], "kept": not self.reasons, "reasons": self.reasons, "caption": self.caption,
            "measures": _rounded(dataclasses.asdict(self.found)),
            "clip": None if self.clip is None else output_paths.shown(self.clip),
        }  # fmt: skip


def _line(shot: Shot) -> str:
    """A line of the list: letters as they are, and bytes of a name that are no text as escapes of JSON."""
    text = json.dumps(shot.as_data(), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def _rounded(found: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def curate(folder: str, wish: Wish, flags: TalkFlags) -> None:
    """Look at every clip beneath a folder, write the list and the contact sheet, and print their paths."""
    talk, target = Talk.of(flags), _target(wish, flags)
    words = _words(wish.captioner)
    paths, passed = _clips(folder)
    if flags.dry_run:
        talk.say(f"would look at {len(paths)} clips")
        return
    with talk.meter() as meter:
        shots: list[Shot] = []
        for number, path in enumerate(paths):
            meter.step("curate", number, len(paths))
            shots += _looked_at(path, model_cache.device(wish.device, None))
        meter.step("curate", len(paths), len(paths))
    mark_twins(shots)
    for shot in shots:
        if shot.found is not None:
            shot.caption = rules.caption(shot.found)
    if wish.split is not None or words:
        _worked_on(shots, wish, words)
    drawn = None if target is None else _drawn(shots, target, wish, talk)
    lines = "".join(_line(shot) for shot in shots)
    if target is not None:
        media.write_text(target, lines, force=wish.force)
    _say(shots, len(paths), passed, talk)
    if flags.json:
        emit(_told(shots, len(paths), target, drawn))
    elif target is None:
        print_out(lines)
    else:
        print_out(f"{output_paths.shown(target)}\n" + (f"{output_paths.shown(drawn)}\n" if drawn else ""))


def _target(wish: Wish, flags: TalkFlags) -> Path | None:
    """Where the list goes; None = to standard output."""
    if wish.output == "-":
        if flags.json:
            raise UsageError("-o - and --json: both want standard output; give -o a name", "two_stdout")
        return None
    if wish.output is None:
        return output_paths.free(Path("curated.jsonl"))
    target = Path(wish.output)
    if target.suffix != ".jsonl":
        raise UsageError(f"-o {printable(target)}: the list is JSON lines; use .jsonl", "bad_output")
    if not wish.force:
        for path in (target, target.with_suffix(".png")):
            if path.exists():
                raise UsageError(f"{printable(path)}: already exists; pass --force to replace it", "output_exists")
    return target


def _words(captioner: str | None) -> list[str]:
    """A command as typed, in words."""
    try:
        words = shlex.split(captioner or "")
    except ValueError as error:
        raise UsageError(f"--captioner: {error}; quote it as in a shell", "bad_captioner") from None
    if captioner is not None and not words:
        raise UsageError("--captioner: is empty; give a command", "bad_captioner")
    return words


def _clips(folder: str) -> tuple[list[Path], int]:
    """Files that may be clips, in order of name, and how many others there are. Hidden ones are passed over."""
    top = Path(folder)
    if not top.is_dir():
        raise UsageError(f"DIR {printable(folder)}: is no folder; give one with clips in it", "no_folder")
    files = [
        path
        for path in sorted(top.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(top).parts)
    ]
    clips = [path for path in files if path.suffix.lower() in CLIPS]
    if not clips:
        raise UsageError(
            f"DIR {printable(folder)}: no clips in it; give a folder with .mp4, .webm, ... files", "no_clips"
        )
    return clips, len(files) - len(clips)


# --- looking ----------------------------------------------------------------------------------------------------------


def _looked_at(path: Path, device: str) -> Iterator[Shot]:
    """The shots of a file, measured and judged; of a picture none."""
    try:
        source = media.read_source(path)
    except (MediaError, CapacityError) as error:
        nothing = Clip(np.zeros((0, 1, 1, 3), np.uint8), Fraction(1))
        yield Shot(media.Source(path, nothing), reasons={"unreadable": short(error)})
        return
    clip = source.clip
    if len(clip.frames) == 1:
        return
    height, width = clip.frames.shape[1:3]
    borders = [0, *optical_flow.cuts(clip.frames, device), len(clip.frames)]
    for first, end in itertools.pairwise(borders):
        frames = clip.frames[first:end]
        found, print = measured(frames, clip.fps, device)
        wide = max(1, round(sheet.SIDE * width / height))
        shown = media.fit(Clip(frames[sheet.moments(len(frames), SHOWN)], clip.fps), wide, sheet.SIDE, "stretch")
        reasons = rules.faults(found, Fraction(end - first) / clip.fps)
        few = dataclasses.replace(source, clip=shown, audio=None)
        yield Shot(few, first, end, clip.fps, (width, height), found, print, reasons, whole=len(borders) == 2)


def mark_twins(shots: Sequence[Shot]) -> None:
    """Of shots that look alike one stays: of those without other faults the largest, longest, first."""
    kept: list[Shot] = []
    ranked = sorted(
        (shot for shot in shots if shot.found is not None),
        key=lambda shot: (bool(shot.reasons), -shot.size[0] * shot.size[1], shot.first - shot.end),
    )
    for shot in ranked:
        alike = next((other for other in kept if likeness(shot.print, other.print) > rules.TWIN), None)
        if alike is None:
            kept.append(shot)
        else:
            shot.reasons["twin"] = f"of {alike.name}"


# --- what is kept -----------------------------------------------------------------------------------------------------


def _worked_on(shots: Sequence[Shot], wish: Wish, words: Sequence[str]) -> None:
    """Write the shots that are kept, and have them captioned, as was asked; each file is read once more."""
    if wish.split is not None:
        Path(wish.split).mkdir(parents=True, exist_ok=True)
    for path in dict.fromkeys(shot.path for shot in shots if not shot.reasons):
        source = media.read_source(path)
        for shot in shots:
            if shot.path != path or shot.reasons:
                continue
            with contextlib.ExitStack() as stack:
                place = shot.path
                if wish.split is not None:
                    name = f"{path.stem}-{shot.first}-{shot.end - 1}.mp4"
                    place = shot.clip = output_paths.free(Path(wish.split, name))
                    _written(shot, source, place)
                elif not shot.whole:
                    place = Path(stack.enter_context(tempfile.TemporaryDirectory()), "shot.mp4")
                    _written(shot, source, place)
                if words:
                    shot.caption = _captioned(words, place)


def _written(shot: Shot, source: media.Source, target: Path) -> None:
    """One shot as a file of its own, with its sound; a row or column too many for the format is left out."""
    width, height = (side // 2 * 2 for side in shot.size)
    frames = source.clip.frames[shot.first : shot.end, :height, :width]
    recipe = {
        "verb": "curate", "first": shot.first, "width": width, "height": height, "caption": shot.caption,
        "inputs": named(str(shot.path)), media.DIGEST: "",
    }  # fmt: skip
    stamp = Stamp("curate", recipe, ingredients("curate", [source]), painted=False)
    start = Fraction(shot.first) / shot.fps
    sound = None if source.audio is None else mix.cut(source.audio, start + Fraction(len(frames)) / shot.fps)
    form = Form((width, height), shot.fps, stamp, audio=sound, audio_start=-start)
    deliver.write(form, output_paths.planned("mp4", [str(target)]), [frames])


def _captioned(words: Sequence[str], path: Path) -> str:
    """What a command prints that is given the path of a clip as its last argument, on one line."""
    what = f"--captioner {printable(words[0])}"
    try:
        ran = subprocess.run([*words, str(path)], capture_output=True, timeout=PATIENCE, check=False)
    except OSError as error:
        raise UsageError(
            f"{what}: {(error.strerror or 'cannot be run').lower()}; give a command", "bad_captioner"
        ) from None
    except subprocess.TimeoutExpired:
        raise CheckError(f"{what}: took over {PATIENCE} s for {printable(path)}", "captioner") from None
    said = " ".join(ran.stdout.decode("utf-8", "replace").split())
    if ran.returncode or not said:
        last = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = f"ended with code {ran.returncode}" if ran.returncode else "printed nothing"
        raise CheckError(f"{what}: {why} for {printable(path)}{f' ({short(last)})' if last else ''}", "captioner")
    return said


def _drawn(shots: Sequence[Shot], target: Path, wish: Wish, talk: Talk) -> Path | None:
    """The contact sheet, beside the list: what is kept comes first."""
    ranked = sorted((shot for shot in shots if shot.found is not None), key=lambda shot: bool(shot.reasons))
    if not ranked:
        return None
    if len(ranked) > MOST:
        talk.note(f"the contact sheet shows {MOST} of {len(ranked)} shots; the list has all")
    rows = [sheet.Row(shot.name, _label(shot), shot.source.clip.frames, ()) for shot in ranked[:MOST]]
    picture = sheet.draw(rows, -(-len(rows) // LONG))
    path = target.with_suffix(".png")
    height, width = picture.shape[:2]
    sources = list({shot.path: shot.source for shot in ranked[:MOST]}.values())
    recipe = {"verb": "sheet", "width": width, "height": height, media.DIGEST: ""}
    stamp = Stamp("sheet", recipe, ingredients("sheet", sources), painted=False)
    form = Form((width, height), Fraction(1), stamp, force=wish.force)
    deliver.write(form, output_paths.planned("png", [str(path)]), [picture[None]])
    return path


def _label(shot: Shot) -> str:
    faults = ", ".join(f"{name} ({why})" for name, why in shot.reasons.items())
    return f"{shot.name}: {f'DROPPED, {faults}' if faults else shot.caption}"


def _say(shots: Sequence[Shot], files: int, passed: int, talk: Talk) -> None:
    """How much is kept, and how often what is at fault."""
    counts = _counts(shots)
    faults = "".join(f", {count} {name}" for name, count in counts.items())
    kept = sum(not shot.reasons for shot in shots)
    others = f"; {passed} other files passed over" if passed else ""
    talk.say(f"{files} clips, {len(shots)} shots: {kept} kept{faults}{others}")


def _counts(shots: Sequence[Shot]) -> dict[str, int]:
    """Fault -> how many shots have it, the commonest first; a shot may have several."""
    return dict(Counter(name for shot in shots for name in shot.reasons).most_common())


def _told(shots: Sequence[Shot], files: int, target: Path | None, drawn: Path | None) -> dict[str, Any]:
    """`output_types.curation.Curation`."""
    return {
        "path": str(target), "sheet": None if drawn is None else str(drawn), "files": files,
        "kept": sum(not shot.reasons for shot in shots), "dropped": _counts(shots),
        "shots": [shot.as_data() for shot in shots],
    }  # fmt: skip
