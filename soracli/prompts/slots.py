"""What a prompt says already: who, what it does, which way, where, when and how it is filmed. No parser: tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from soracli.prompts import vocabulary
from soracli.prompts.english import PASSED_OVER
from soracli.sampling.mirror import goes_left
from soracli.world.language import grammar
from soracli.world.language.surroundings import CAMERAS, PLACES, STYLES, TIMES, WEATHERS
from soracli.world.language.words import ACTIONS, ACTOR_ACTIONS, ACTORS, PASSIVES

SLOTS = ("actor", "action", "direction", "place", "time", "weather", "camera", "style")
SAID = "said"  # value of a slot that is said in words that no table has

# Words beside those of the world's tables that fill a slot, so that nothing is said twice or contradicted.
_TIMES = """morning noon midday afternoon evening dusk dawn sunrise sunset twilight midnight night nighttime day daytime
    daylight moonlit moonlight sunny sunlit sunshine sunlight starry starlit overcast cloudy stormy winter summer spring
    autumn tonight sundown daybreak"""
_WEATHERS = "rain rainy raining snowfall snowing blizzard fog foggy mist misty storm stormy windy thunder hail drizzle"
_CAMERAS = """camera zoom zooms zooming pan pans panning tilt tilts dolly tracking handheld orbit orbits orbiting shot
    close-up closeup aerial drone pov timelapse time-lapse macro fpv wide-angle"""
_STYLES = """anime cartoon painting watercolour watercolor sketch drawing pixel noir sepia claymation 3d cinematic
    photorealistic neon cgi film"""
_INDOORS = r"indoors?|inside|room|kitchen|house|office|studio|hall|theatre|museum|shop|garage|cave|space"
_TO = r"(?:towards?|to|into|out of|away from)"
_DIRECTION = re.compile(
    r"\b(?:"
    r"(?:left|right)(?:wards?)?|(?:for|back|up|down)wards?|away|uphill|downhill|upstream|in circles?|approach\w*|"
    rf"{_TO} (?:the|an?|its|us)\b(?: \w+)?"
    r")\b"
)
_THE = r"(?:the|an?|his|her|its|their|some|this)"
_SOMEWHERE = re.compile(  # a preposition and what is not yet struck out
    r"\b(?:in|on|onto|into|at|across|through|along|over|above|under|underneath|beneath|below|near|beside|by|around|past|"
    r"inside|behind|among|between|amid|within|atop|outside|beyond|against|from|(?:up|down|off)(?=\s+(?:the|an?)\b))"
    rf"\s+(?:{_THE}\s+)?+[a-z#]"
)


@dataclass(frozen=True)
class Reading:
    """slots: name -> value, from the world's tables or SAID. many: whether the lead is plural.

    bare: whether the text ends with its lead, so that a verb may follow. part: whether the lead belongs to another
    noun, as in `a close-up of a dog`. indoors: no sky to see.
    """

    text: str
    slots: Mapping[str, str]
    many: bool = False
    bare: bool = False
    part: bool = False
    indoors: bool = False


def read(prompt: str, strangers: Iterable[str] = ()) -> Reading:
    """What the prompt says. strangers: its nouns that no table has; the first stands for an actor if none is named."""
    text = plain(prompt)
    left = text.lower().replace("’", "'")
    slots: dict[str, str] = {}
    for slot, phrases, more in _tables():
        found, left = _take(left, phrases)
        extra, left = _take(left, more)
        if found or extra:
            slots[slot] = found or extra
    lead, many, end, left = _actor(left, list(strangers))
    if lead:
        slots["actor"] = lead
    slots |= _direction(left, text.lower(), slots)
    left = _DIRECTION.sub(_struck, left)
    action = _action(left, many)
    if action:
        slots["action"] = action
    if "place" not in slots and _SOMEWHERE.search(left):
        slots["place"] = SAID
    indoors = PLACES[slots["place"]].indoors if slots.get("place") in PLACES else False
    indoors = indoors or slots.get("place") == "moon" or bool(re.search(rf"\b(?:{_INDOORS})\b", text.lower()))
    bare, part = end == len(text) and "action" not in slots, bool(re.search(r"\b(?:of|with)\b", text.lower()[:end]))
    return Reading(text, slots, many, bare, part, indoors)


def plain(prompt: str) -> str:
    """A prompt without its full stop, so that more may follow."""
    return prompt.strip().rstrip(" .,;:!")


@cache
def _tables() -> tuple[tuple[str, dict[str, str], dict[str, str]], ...]:
    """(slot, phrase -> value, further words -> SAID), in the order in which they are looked for."""
    cameras = {p: name for name, c in CAMERAS.items() for p in (*c.onto, *c.clauses, *c.shots)}
    styles = {p.lower(): name for name, s in STYLES.items() for p in (*s.tails, *s.media)}
    weathers = {p: name for name, w in WEATHERS.items() for p in (*w.phrases, *w.keys)}
    times = {p: name for name, t in TIMES.items() for p in (*t.phrases, *t.clear, *t.keys)}
    places: dict[str, str] = {}
    for name, place in PLACES.items():
        nouns = [noun.lower() for noun in place.nouns]
        bare = [re.sub(r"^(?:an?|the) ", "", noun) for noun in nouns]
        ways = [f"{way} {noun}" for way in (*place.at, *place.along) for noun in nouns]
        for phrase in (*ways, *nouns, *place.whole, *bare, name):
            places.setdefault(phrase.lower(), name)
    places |= {"grass": "meadow", "dunes": "desert", "snow": "snowy field", "shore": "beach", "street": "city street"}
    return (
        ("camera", cameras, _others(_CAMERAS)),
        ("style", styles, _others(_STYLES)),
        ("place", {p: n for p, n in places.items() if " " in p}, {}),
        ("weather", weathers, _others(_WEATHERS)),
        ("time", times, _others(_TIMES)),
        ("place", places, {}),
    )


def _others(words: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), SAID)


def _take(left: str, phrases: Mapping[str, str]) -> tuple[str, str]:
    """The value of the first phrase that stands in the text, and the text with all phrases taken out."""
    if not phrases:
        return "", left
    value = ""
    pattern = _pattern(tuple(phrases))
    if match := pattern.search(left):
        value = phrases[match[0]]
    return value, _masked(left, pattern)[1]


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])")


def _masked(left: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """The first match, and the text with every match struck out at its full length."""
    match = pattern.search(left)
    return (match[0] if match else ""), pattern.sub(_struck, left)


def _struck(match: re.Match[str]) -> str:
    return "|" * len(match[0])


def _direction(left: str, text: str, slots: Mapping[str, str]) -> dict[str, str]:
    """The way that the lead goes, and that a place is said if it goes to one."""
    found = _DIRECTION.search(left)
    if found is None:
        return {}
    if re.search("left|right", left):
        return {"direction": "left" if goes_left(left) else "right"}
    where = re.match(rf"{_TO} ", found[0]) and not re.search(r"\b(?:camera|viewer|us)\b", text[found.start() :])
    return {"direction": SAID, **({"place": slots.get("place", SAID)} if where else {})}


def _actor(left: str, strangers: list[str]) -> tuple[str, bool, int, str]:
    """(the lead, plural?, where its name ends, the text without any name)."""
    names = {form: name for form, name in _names().items() if form not in ("train", "coach")}
    pattern = _pattern((*names, *strangers))
    match = pattern.search(left)
    if match is None:
        return "", False, -1, left
    word = match[0]
    many = word == grammar.plural(grammar.singular(word)) and word != grammar.singular(word)
    counted = re.search(r"\b(?:two|three|four|five|several|some|many|2|3|4|5|and)\b[\w\s-]*$", left[: match.start()])
    return names.get(word, word), many or bool(counted), match.end(), pattern.sub(lambda m: "#" * len(m[0]), left)


@cache
def _names() -> dict[str, str]:
    """What actors are called, one and many."""
    found: dict[str, str] = {}
    for name, words in ACTORS.items():
        for word in (*words, *([] if " walking" in name or " running" in name else [name])):
            found.setdefault(word.lower(), name)
            found.setdefault(grammar.plural(word).lower(), name)
    return found


def _action(left: str, many: bool) -> str:
    """The action that is said; SAID for one that no table has, empty if there is none."""
    words = list(re.finditer(r"#+|[a-z]+(?:-[a-z]+)*", left))
    known = _deeds()
    for i, match in enumerate(words):
        word, before = match[0], words[i - 1][0] if i else ""
        after_lead = before.startswith("#") or before in ("is", "are", "and", "to")
        if word in known and (word.endswith(("s", "ing")) or (many and after_lead)):
            return known[word]
        if word in PASSED_OVER or not _is_verb(word):
            continue
        article = before in ("a", "an", "the", "its")
        if word.endswith("ing") and not article:
            return SAID
        if after_lead and (many or word.endswith(("s", "ed"))):
            return SAID
    return ""


def _is_verb(word: str) -> bool:
    return word in vocabulary.verb_forms()


@cache
def _deeds() -> dict[str, str]:
    """Forms of the world's verbs -> the action."""
    found: dict[str, str] = {}
    said = [*ACTIONS.items(), *((action, phrases) for (_, action), phrases in ACTOR_ACTIONS.items())]
    for action, phrases in (*said, *PASSIVES.items()):
        for phrase in phrases:
            verb = phrase.split()[0]
            if verb not in ("go", "get", "become", "come", "stay", "turn", "pop"):
                for form in (verb, grammar.finite(verb), grammar.doing(verb)):
                    found.setdefault(form, action)
    return found
