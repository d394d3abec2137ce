"""`sora replay`, `resume` and `decode`: an earlier call made again from what a file or a run remembers of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from soracli import media
from soracli.console.progress import Talk
from soracli.errors import MediaError, UsageError
from soracli.formatting import printable, suggest
from soracli.options import calls, parse, recipes
from soracli.options.calls import Call, Key, Origin
from soracli.options.flags import FileFlags, Flags, TalkFlags
from soracli.pipeline import latents
from soracli.pipeline.sources import digest
from soracli.state import runs
from soracli.weights import manifest

MAX_LOOK = 200  # files beside a result that are read in search of what it was made from


@dataclass(frozen=True)
class Changes:
    """What a replay does otherwise. inputs: files given again. settings: `KEY=VALUE` each. check: only compare.

    shot: the number of the one shot that another seed is for.
    """

    prompt: str | None = None
    inputs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    check: bool = False
    shot: str | None = None


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
    typed = _typed(flags)
    others = sorted(set(typed) - {f.name for f in fields(FileFlags)} - {"model"})  # where its weights lie
    if changes.check and (others or changes.prompt or changes.settings or "output" in typed):
        raise UsageError("--check: compares with the file as it is; leave out what would change it", "bad_check")
    recipe = media.info(file).recipe or {}
    call = recipes.call(recipe, file, typed)
    texts = [*changes.settings, *_reseeded(changes.shot, typed)]
    scened, rest = _of_scene(texts, call)
    if scened:
        call = _staged(call, recipe, file, changes)
    settings = dict(_setting(text, call) for text in rest)
    call = call.having(**{key.name: None for key in settings})  # what is given anew need not be found
    call = located(call, recipe, file, changes.inputs, talk)
    if "lora" not in typed:
        call = _adapted(call, recipe, file)
    if scened:
        from soracli.scenes import edits

        call = call.having(scene=edits.edited(call.arguments["scene"], scened))
    if settings:
        call = calls.parse({**call.as_data(), **{key.key: value for key, value in settings.items()}})
    if changes.prompt is not None:
        call = call.having(prompt=changes.prompt)
    _compare_weights(recipe, file, talk)
    expected = recipes.expected(recipe, file) if changes.check else None
    marked = recipes.marked(recipe)
    came = flags.origin
    origin = Origin(run=came.run, expected=expected, assumed=came.assumed, marked=marked, growing=came.growing)
    call.having(**typed).run(origin=origin, **talk_of(flags))


def _reseeded(shot: str | None, typed: dict[str, Any]) -> list[str]:
    """`--shot N --seed S` as a setting of the scene; the seed is then not that of the whole."""
    if shot is None:
        return []
    number = parse.whole("--shot", shot, 1, 9999)
    if "seed" not in typed:
        raise UsageError(f"--shot {shot}: needs another seed for that shot: add --seed 9, say", "bad_shot")
    seed = parse.whole("--seed", typed.pop("seed"), 1, 999_999_999)
    return [f"shot.{number}.seed={seed}"]


def _of_scene(texts: Iterable[str], call: Call) -> tuple[list[tuple[str, str]], list[str]]:
    """(settings of the scene, as key and value; those of the verb, as they were typed). Where the scene is changed, its
    camera and style are; else those words are flags of the verb.
    """
    from soracli.scenes import edits

    parted = [(text, *text.partition("=")[::2]) for text in texts]
    own = "scene" in call.arguments or any(edits.is_scene_key(key.strip()) for _, key, _ in parted)
    scene = [one for one in parted if edits.is_scene_key(one[1].strip()) or (own and one[1] in ("camera", "style"))]
    return [(key.strip(), value.strip()) for _, key, value in scene], [one[0] for one in parted if one not in scene]


def _staged(call: Call, recipe: dict[str, Any], file: str, changes: Changes) -> Call:
    """The call of the scene that a recipe holds instead of the prompt that it was read from."""
    if changes.prompt is not None:
        raise UsageError("--prompt: would be read into another scene; leave it out, or --set of the scene", "bad_set")
    text = recipes.scene(recipe, file)
    words = dict.fromkeys(("prompt", "shot", "camera", "motion", "style", "subject"))
    return call.having(**words, scene=text)


def _setting(text: str, call: Call) -> tuple[Key, str | bool]:
    """`KEY=VALUE` -> a key of the call's verb, and the value as a job would say it."""
    word, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: must be KEY=VALUE, such as strength=0.5", "bad_set")
    table = {key.key: key for key in calls.keys(calls.RENDERING[call.verb])}
    name = word.strip().lstrip("-").replace("-", "_")
    if name not in table:
        raise UsageError(f"{name}: sora {call.verb} has no such key{suggest(name, table)}", "unknown_key")
    switch = {"true": True, "false": False}.get(value.lower())
    return table[name], switch if table[name].switch and switch is not None else value


def located(call: Call, recipe: dict[str, Any], file: str, given: tuple[str, ...], talk: Talk) -> Call:
    """The call with its inputs found: those given again, or those that lie beside the file and are the same."""
    listed, spare = recipes.inputs(recipe), list(given)
    by_digest = {digest(path): path for path in given}
    folders = [Path(file).parent, Path()]

    def find(name: str) -> str:
        row = next((row for row in listed if row[0] == name), None)
        sha = "" if row is None else row[1]
        if row is not None:
            listed.remove(row)
        if sha and sha in by_digest:
            if by_digest[sha] in spare:
                spare.remove(by_digest[sha])
            return by_digest[sha]
        if recipes.plain(name) and (beside := _beside(folders, name, sha)) is not None:
            return beside
        if spare:
            talk.note(f"{printable(spare[0])} is not the file that was used; taking it for {printable(name)}.")
            return spare.pop(0)
        raise MediaError(f"{printable(name)}: not found beside {printable(file)}; give it with --input", "no_input")

    return calls.with_files(call, find, [name for name, _ in listed])


def _adapted(call: Call, recipe: dict[str, Any], file: str) -> Call:
    """The call with its adapters: those that are known by name, and files with the right contents beside it."""
    found = []
    for name, scale, sha in recipes.adapters(recipe, file):
        plain = name if recipes.plain(name) else ""
        place = name if name in manifest.adapters() else _beside([Path(file).parent, Path()], plain or "-", sha)
        if place is None:
            shown = printable(plain or "of another folder")
            raise MediaError(
                f"{printable(file)}: was made with an adapter ({shown}) that is not beside it; give it with --lora",
                "unknown_adapter",
            )
        found.append(f"{place}:{scale:g}")
    return call.having(lora=found or None)


def _beside(folders: Iterable[Path], name: str, sha: str) -> str | None:
    """A file with the right contents: of that name, or else of that kind."""
    if not sha or name == "-":
        return None
    for folder in folders:
        if digest(str(folder / name)) == sha:
            return str(folder / name)
    suffix = Path(name).suffix
    for folder in folders:
        with contextlib.suppress(OSError):  # a folder whose files cannot be listed holds none
            alike = sorted(path for path in folder.iterdir() if path.suffix == suffix) if suffix else []
            for path in alike[:MAX_LOOK]:
                if digest(str(path)) == sha:
                    return str(path)
    return None


def _compare_weights(recipe: dict[str, Any], file: str, talk: Talk) -> None:
    known = manifest.cards() | manifest.tools()
    name = str(recipe.get("model", recipe.get("verb")))
    if name in known and recipe.get("weights") != manifest.digest(known[name]):
        talk.note(f"{printable(file)} was made with other weights of {name}; the frames will differ.")
    for tool, sealed in dict(recipe.get("networks") or {}).items():
        if tool in known and sealed != manifest.digest(known[tool]):
            talk.note(f"{printable(file)} was made with other weights of {tool}; the frames will differ.")


# --- runs -------------------------------------------------------------------------------------------------------------


def resume(name: str | None, input: str | None, flags: TalkFlags) -> None:
    """Go on with a run."""
    run = runs.named(name)
    if run.busy:
        raise UsageError(f"run {run.id}: is being worked on by another process", "run_busy")
    if not run.recheck():
        raise UsageError(f"run {run.id}: is done; to make its results again, use: sora replay FILE", "run_done")
    call = calls.parse(run.call)
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
    """Frames from latents. Only of those that this installation has kept is it known what they were painted from."""
    about = latents.describe(Path(path))
    recipe, own = about.get("recipe"), latents.own(Path(path))
    if not isinstance(recipe, dict):
        raise MediaError(f"{printable(path)}: does not say what it belongs to", "bad_latents")
    talk = Talk.of(flags)
    if own:
        call = calls.of_seed(calls.parse(about.get("call")), recipe["seed"])
        call = call.having(**dict.fromkeys(("output", "format", "preview", "save_latents", "force")))
    else:
        call = _adapted(located(recipes.call(recipe, path), recipe, path, (), talk), recipe, path)
        talk.note(
            f"{printable(path)} was not kept by this installation; the result says that it was decoded, and nothing "
            "of what it may have been painted from."
        )
    origin = Origin(latents=path, foreign=not own, marked=recipes.marked(recipe))
    call.having(**_typed(flags)).run(origin=origin, **talk_of(flags))
