"""What a verb's arguments are when they are not typed: from a preset, or from the places that `settings` reads.

Imports nothing slow: this is loaded for every command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.options.settings import PREFIX, PRESET_KEYS, Layer, Values, layers, variable

if TYPE_CHECKING:
    import typer

    from soracli.card import Card
    from soracli.options.calls import Call

VERBS = ("generate", "image", "animate", "extend", "edit", "inpaint", "blend", "views", "vary", "enhance")
OPEN = ("weights", "tiles", "guide", "cache", "compile")  # keys that only open models take

# Verbs that a value of a key is meant for, when it was not typed for this very call: a size for everything that is new
# must not resize every clip that is remade. Other keys are for all verbs that have the flag.
_NEW = frozenset(("generate", "image"))
_MEANT = {"size": _NEW, "fps": frozenset(("generate", "animate", "views")), "count": frozenset(("generate", "image"))}
# Verbs that can use it at all.
_ABLE = {"duration": frozenset(("generate", "animate"))}
_UNABLE = {"fps": frozenset(("image",))}


def applies(verb: str, key: str, *, chosen: bool) -> bool:
    """Whether a verb takes a value that was not typed. chosen: it stands in a preset that was."""
    able = verb in _ABLE.get(key, (verb,)) and verb not in _UNABLE.get(key, ())
    return able and (chosen or verb in _MEANT.get(key, (verb,)))


class Defaults(dict[str, Any]):
    """What a verb's flags are when they are not typed, looked up when the parser first asks.

    A preset that was typed comes before all other places.
    """

    def __init__(self, verb: str) -> None:
        super().__init__()
        self._verb = verb
        self._preset: Values = {}
        self._chosen = ""
        self._layers: list[Layer] | None = None

    def choose(self, preset: str) -> None:
        """Put a preset before everything."""
        from soracli.options import presets

        self._preset, self._chosen = presets.find(preset), preset

    def assumed(self, names: Iterable[str]) -> dict[str, str]:
        """Arguments that were looked up here, and where their values stand: `SORA_CACHE`, `tiles in sora.toml`."""
        found = {}
        for name in names:
            key = name.replace("_", "-")
            place = self._layer(key)
            if place is not None:
                found[name] = variable(key) if place.where == PREFIX else f"{key} in {printable(place.where)}"
        return found

    def get(self, name: str, default: Any = None) -> Any:
        key = name.replace("_", "-")
        place = self._layer(key)
        return default if place is None else place.values[key]

    def _layer(self, key: str) -> Layer | None:
        """The place that says what a flag of this verb is."""
        if key not in PRESET_KEYS:
            return None
        if key in self._preset and applies(self._verb, key, chosen=True):
            return Layer(f"preset {self._chosen}", self._preset)
        if self._verb not in VERBS:  # what is made again is made as it was, but for what is typed
            return None
        if self._layers is None:
            self._layers = layers()
        if applies(self._verb, key, chosen=False):
            return next((layer for layer in self._layers if key in layer.values), None)
        return None


def assumed(context: typer.Context | None) -> dict[str, str]:
    """The arguments of a call that were not typed, and the places that gave them."""
    if context is None or not isinstance(context.default_map, Defaults):
        return {}
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return context.default_map.assumed(name for name, by in sources.items() if by and by.name == "DEFAULT_MAP")


def fitting(verb: str, given: dict[str, Any], assumed: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments of a verb without those that nobody typed and its model cannot honour, and a note that says so.

    assumed: arguments that were not typed -> where they stand.
    """
    doubtful = [name for name in (*OPEN, "negative") if name in assumed and given.get(name)]
    if not doubtful or verb not in VERBS:
        return given, ()
    from soracli.weights import manifest

    card = manifest.card(given.get("model"))
    left_out = [name for name in doubtful if not _honours(card, name, given)]
    kept = {name: value for name, value in given.items() if name not in left_out}
    places = ", ".join(assumed[name] for name in left_out)
    return kept, (f"{places}: ignored; model '{card.name}' takes no such setting.",) if left_out else ()


def _honours(card: Card, name: str, given: Mapping[str, Any]) -> bool:
    """Whether a model takes the value of one argument; a negative prompt is nothing to one that is not guided."""
    from soracli.options import open_models, parse
    from soracli.options.flags import Flags

    try:
        if name == "negative":
            said = given.get("guidance")
            return (card.defaults.get("guidance", 1.0) if said is None else parse.guidance(said)) != 1
        open_models.adapted(card, Flags(**{name: given[name]}))
    except UsageError:
        return False
    return True


def filled(call: Call) -> tuple[Call, Mapping[str, str], tuple[str, ...]]:
    """A job of a list, where it says nothing: the values of its preset, or of the places, written out.

    Also which arguments these are and where they stand, for a verb that learns its model later, and what there is to
    say about them.
    """
    from soracli.options import calls
    from soracli.options.calls import Call

    defaults = Defaults(call.verb)
    if preset := call.arguments.get("preset"):
        defaults.choose(preset)
    names = [key.name for key in calls.keys(calls.RENDERING[call.verb]) if key.name not in (*calls.TALK, "preset")]
    added = {name: value for name in names if name not in call.arguments and (value := defaults.get(name)) is not None}
    whole = call.having(**added, preset=None)
    assumed = defaults.assumed(added)
    kept, notes = fitting(call.verb, dict(whole.arguments), assumed)
    return Call(call.verb, kept), {name: place for name, place in assumed.items() if name in kept}, notes
