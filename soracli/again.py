"""`sora replay`, `resume` and `decode`: an earlier call made again from what a file or a run remembers of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from soracli import adapt, calls, latents, media, runs, weights
from soracli.calls import Call, Origin
from soracli.errors import MediaError, UsageError
from soracli.flags import FileFlags, Flags, TalkFlags
from soracli.inputs import digest
from soracli.progress import Talk
from soracli.wording import printable

MAX_LOOK = 200  # files beside a result that are read in search of what it was made from


@dataclass(frozen=True)
class Changes:
    """What a replay does otherwise. inputs: files given again. settings: `KEY=VALUE` each. check: only compare."""

    prompt: str | None = None
    inputs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    check: bool = False


def talk_of(flags: TalkFlags) -> dict[str, Any]:
    return {name: getattr(flags, name) for name in calls.TALK}


def _typed(flags: TalkFlags) -> dict[str, Any]:
    """Flags that were typed, by name; without those of talk."""
    names = {f.name for f in fields(flags)} - set(calls.TALK)
    return {name: value for name, value in flags.origin.call.arguments.items() if name in names}


# --- replay -----------------------------------------------------------------------------------------------------------


def replay(file: str, changes: Changes, flags: Flags) -> None:
    """Render from the recipe inside a file."""
    talk = Talk.of(flags)
    recipe = media.info(file).recipe or {}
    call = _call(recipe, file)
    for text in changes.settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text}: must be KEY=VALUE, such as strength=0.5", "bad_set")
        call = _set(call, key.strip().lstrip("-"), value)
    if changes.prompt is not None:
        call = call.having(prompt=changes.prompt, verbatim=None)
    typed = _typed(flags)
    others = sorted(set(typed) - {f.name for f in fields(FileFlags)})
    if changes.check and (others or changes.prompt or changes.settings or "output" in typed):
        raise UsageError("--check: compares with the file as it is; leave out what would change it", "bad_check")
    call = _located(call, recipe, file, changes.inputs, talk)
    _compare_weights(recipe, file, talk)
    expected = None
    if changes.check:
        expected = recipe.get(media.DIGEST)
        if not expected:
            raise MediaError(f"{printable(file)}: its recipe has no digest of its frames to compare with", "no_digest")
    marked = _marked(recipe)
    origin = Origin(run=flags.origin.run, expected=expected, assumed=flags.origin.assumed, marked=marked)
    call.having(**typed).run(origin=origin, **talk_of(flags))


def _call(recipe: dict[str, Any], file: str) -> Call:
    """The call that a recipe tells of, with every setting written out."""
    arguments, verb = recipe.get("arguments"), recipe.get("verb")
    if not isinstance(arguments, dict) or verb not in calls.RENDERING:
        why = "no recipe inside: sora did not make it, or its tags were taken out"
        raise MediaError(f"{printable(file)}: {why if not verb else 'its recipe is of another version'}", "no_recipe")
    painted = {key: recipe.get(key) for key in ("steps", "guidance", "model", "seed")}
    if recipe.get("negative") and recipe.get("guidance") != 1:
        painted["negative"] = recipe["negative"]
    if "model" in recipe:
        painted |= {"size": f"{recipe['width']}x{recipe['height']}", **adapt.flags_of(recipe)}
    return _verbatim(calls.parse({"verb": verb, **arguments, **painted}))


def _verbatim(call: Call) -> Call:
    """The call as it was painted: its prompt is what the model was told, and no word of it is to be exchanged again."""
    taken = {key.name for key in calls.keys(calls.RENDERING[call.verb])}
    return call.having(verbatim=True) if "verbatim" in taken else call


def _marked(recipe: dict[str, Any]) -> bool:
    """Whether what a recipe tells of was painted from marked noise; older versions' was not."""
    return "noise" in recipe


def _set(call: Call, key: str, value: str) -> Call:
    """A call with one key changed, as a job would say it."""
    switch = {"true": True, "false": False}.get(value.lower())
    table = {one.key: one for one in calls.keys(calls.RENDERING[call.verb])}
    known = table.get(key.replace("-", "_"))
    said: Any = switch if known is not None and known.switch and switch is not None else value
    return calls.parse({**call.as_data(), key: said})


def _located(call: Call, recipe: dict[str, Any], file: str, given: tuple[str, ...], talk: Talk) -> Call:
    """The call with its inputs found: those given again, or those that lie beside the file and are the same."""
    listed = [row for row in recipe.get("inputs", []) if isinstance(row, dict)]
    wanted = dict(zip(calls.files(call), listed, strict=False))
    spare = list(given)
    by_digest = {digest(path): path for path in given}
    folders = [Path(file).parent, Path()]

    def find(name: str) -> str:
        sha = wanted.get(name, {}).get("sha256", "")
        if sha and sha in by_digest:
            spare.remove(by_digest[sha])
            return by_digest[sha]
        if (beside := _beside(folders, name, sha)) is not None:
            return beside
        if spare:
            talk.note(f"{printable(spare[0])} is not the file that was used; taking it for {printable(name)}.")
            return spare.pop(0)
        raise MediaError(f"{printable(name)}: not found beside {printable(file)}; give it with --input", "no_input")

    return calls.with_files(call, find) if wanted else call


def _beside(folders: Iterable[Path], name: str, sha: str) -> str | None:
    """A file with the right contents: of that name, or else of that kind."""
    for folder in folders:
        if name != "-" and sha and digest(str(folder / name)) == sha:
            return str(folder / name)
    for folder in folders:
        alike = sorted(folder.glob("*" + Path(name).suffix)) if sha and Path(name).suffix else []
        for path in alike[:MAX_LOOK]:
            if digest(str(path)) == sha:
                return str(path)
    return None


def _compare_weights(recipe: dict[str, Any], file: str, talk: Talk) -> None:
    known = weights.cards() | weights.tools()
    name = recipe.get("model", recipe.get("verb"))
    if name in known and recipe.get("weights") != weights.digest(known[name]):
        talk.note(f"{printable(file)} was made with other weights of {name}; the frames will differ.")
    for tool, sealed in dict(recipe.get("networks") or {}).items():
        if tool in known and sealed != weights.digest(known[tool]):
            talk.note(f"{printable(file)} was made with other weights of {tool}; the frames will differ.")


# --- runs -------------------------------------------------------------------------------------------------------------


def resume(name: str | None, input: str | None, flags: TalkFlags) -> None:
    """Go on with a run."""
    run = runs.named(name)
    if run.busy:
        raise UsageError(f"run {run.id}: is being worked on by another process", "run_busy")
    if not run.recheck():
        raise UsageError(f"run {run.id}: is done; to make its results again, use: sora replay FILE", "run_done")
    call = _verbatim(calls.parse(run.call))
    if input is None and "-" in calls.files(call) and run.piped is not None:
        with _piped(run.piped):
            call.run(origin=Origin(run=run.id), **talk_of(flags))
        return
    _with_input(call, input, run.id).run(origin=Origin(run=run.id), **talk_of(flags))


@contextlib.contextmanager
def _piped(path: Path) -> Iterator[None]:
    """Within this block standard input is what was piped in the first time."""
    before = sys.stdin
    with path.open(encoding="utf-8") as sys.stdin:
        try:
            yield
        finally:
            sys.stdin = before


def _with_input(call: Call, input: str | None, id: str) -> Call:
    if "-" not in calls.files(call):
        return call
    if input is None:
        raise UsageError(
            f"run {id}: read standard input, which is gone; give it as a file: sora resume {id} --input FILE",
            "no_input",
        )
    whole = os.path.abspath(input)
    return calls.with_files(call, lambda path: whole if path == "-" else path)


def decode(path: str, flags: FileFlags) -> None:
    """Frames from latents."""
    about = latents.describe(Path(path))
    if not isinstance(about.get("recipe"), dict):
        raise MediaError(f"{printable(path)}: does not say what it belongs to", "bad_latents")
    call = calls.of_seed(_verbatim(calls.parse(about.get("call"))), about["recipe"]["seed"])
    output = dict.fromkeys(("output", "format", "preview", "save_latents", "force"))
    call = call.having(**output).having(**_typed(flags))
    call.run(origin=Origin(latents=path, marked=_marked(about["recipe"])), **talk_of(flags))
