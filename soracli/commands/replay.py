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
from soracli.pipeline import latents, recipe_files
from soracli.state import runs


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
    """The flags of talk by name, for a call that is made again."""
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
    call = recipe_files.with_inputs(call, recipe, file, talk.note, changes.inputs)
    if "lora" not in typed:
        call = recipe_files.with_adapters(call, recipe, file)
    if scened:
        from soracli.scenes import edits

        call = call.having(scene=edits.edited(call.arguments["scene"], scened))
    if settings:
        call = calls.parse({**call.as_data(), **{key.key: value for key, value in settings.items()}})
    if changes.prompt is not None:
        call = call.having(prompt=changes.prompt)
    for note in recipe_files.weight_changes(recipe, file):
        talk.note(note)
    expected = recipes.expected(recipe, file) if changes.check else None
    marked = recipes.marked(recipe)
    came = flags.origin
    origin = Origin(
        run=came.run, expected=expected, assumed=came.assumed, marked=marked, growing=came.growing, source=file
    )
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
        call = recipe_files.with_inputs(recipes.call(recipe, path), recipe, path, talk.note)
        call = recipe_files.with_adapters(call, recipe, path)
        talk.note(
            f"{printable(path)} was not kept by this installation; the result says that it was decoded, and nothing "
            "of what it may have been painted from."
        )
    origin = Origin(latents=path, foreign=not own, marked=recipes.marked(recipe))
    call.having(**_typed(flags)).run(origin=origin, **talk_of(flags))
