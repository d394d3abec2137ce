"""`sora curate`: a folder of clips becomes a list of shots, with those that are unfit to train on named and why."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from soracli import media
from soracli.commands import sheet
from soracli.console.output import emit, print_out
from soracli.console.progress import Talk
from soracli.curation import rules
from soracli.curation.shots import Shot, as_line, find_shots, mark_twins
from soracli.errors import CheckError, UsageError
from soracli.formatting import printable, short
from soracli.media import mix
from soracli.options.flags import TalkFlags
from soracli.pipeline import deliver, model_cache, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.sources import named
from soracli.provenance.ingredients import ingredients
from soracli.provenance.stamp import Stamp
from soracli.system import opening

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
LONG = 40  # rows of the sheet that stand under each other
MOST = 400  # shots on the sheet


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora curate` as they were typed.

    output: the list; None = named by us. split: folder for the shots that are kept.
    """

    output: str | None = None
    split: str | None = None
    captioner: str | None = None
    force: bool = False
    device: str = "auto"


def curate(folder: str, args: Arguments, flags: TalkFlags) -> None:
    """Look at every clip beneath a folder, write the list and the contact sheet, and print their paths."""
    talk, target = Talk.of(flags), _target(args, flags)
    words = _words(args.captioner)
    paths, passed = _clips(folder)
    if flags.dry_run:
        talk.say(f"would look at {len(paths)} clips")
        return
    with talk.meter() as meter:
        shots: list[Shot] = []
        for number, path in enumerate(paths):
            meter.step("curate", number, len(paths))
            shots += find_shots(path, model_cache.device(args.device, None))
        meter.step("curate", len(paths), len(paths))
    mark_twins(shots)
    for shot in shots:
        if shot.found is not None:
            shot.caption = rules.caption(shot.found)
    if args.split is not None or words:
        _worked_on(shots, args, words)
    drawn = None if target is None else _drawn(shots, target, args, talk)
    lines = "".join(as_line(shot) for shot in shots)
    if target is not None:
        media.write_text(target, lines, force=args.force)
    _say(shots, len(paths), passed, talk)
    if flags.json:
        emit(_told(shots, len(paths), target, drawn))
    elif target is None:
        print_out(lines)
    else:
        print_out(f"{output_paths.shown(target)}\n" + (f"{output_paths.shown(drawn)}\n" if drawn else ""))


def _target(args: Arguments, flags: TalkFlags) -> Path | None:
    """Where the list goes; None = to standard output."""
    if args.output == "-":
        if flags.json:
            raise UsageError("-o - and --json: both want standard output; give -o a name", "two_stdout")
        return None
    if args.output is None:
        return output_paths.free(Path("curated.jsonl"))
    target = Path(args.output)
    if target.suffix != ".jsonl":
        raise UsageError(f"-o {printable(target)}: the list is JSON lines; use .jsonl", "bad_output")
    if not args.force:
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
    files = opening.files_below(top)
    clips = [path for path in files if path.suffix.lower() in CLIPS]
    if not clips:
        raise UsageError(
            f"DIR {printable(folder)}: no clips in it; give a folder with .mp4, .webm, ... files", "no_clips"
        )
    return clips, len(files) - len(clips)


# --- what is kept -----------------------------------------------------------------------------------------------------


def _worked_on(shots: Sequence[Shot], args: Arguments, words: Sequence[str]) -> None:
    """Write the shots that are kept, and have them captioned, as was asked; each file is read once more."""
    if args.split is not None:
        Path(args.split).mkdir(parents=True, exist_ok=True)
    for path in dict.fromkeys(shot.path for shot in shots if not shot.reasons):
        source = media.read_source(path)
        for shot in shots:
            if shot.path != path or shot.reasons:
                continue
            with contextlib.ExitStack() as stack:
                place = shot.path
                if args.split is not None:
                    name = f"{path.stem}-{shot.first}-{shot.end - 1}.mp4"
                    place = shot.clip = output_paths.free(Path(args.split, name))
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


def _drawn(shots: Sequence[Shot], target: Path, args: Arguments, talk: Talk) -> Path | None:
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
    form = Form((width, height), Fraction(1), stamp, force=args.force)
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
