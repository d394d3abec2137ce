"""Captions: a scene in words, in many orders and wordings, saying nothing that cannot be seen.

A scene becomes slots (`slots`, plain words for what is visible, also the labels for scores), slots become a caption
(`describe`). Templates are data: fields in braces, filled or left empty, then tidied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from soracli.world.language import grammar
from soracli.world.language.surroundings import (
    CAMERAS,
    PLACES,
    STYLES,
    TIMES,
    WEATHERS,
    Camera,
    Place,
    Style,
    Time,
    Weather,
)
from soracli.world.language.words import (
    ACTIONS,
    ACTOR_ACTIONS,
    ACTORS,
    ALONE,
    COLOURLESS,
    COLOURS,
    COUNTS,
    DIRECTIONS,
    IN_THE_AIR,
    ON_THE_SPOT,
    PASSIVES,
    RELATIONS,
    SIZES,
    Words,
)
from soracli.world.scene import Performer, Scene

Slots = dict[str, str]
Rng = np.random.Generator

UNSAID = {"camera": ("static", 0.85), "style": ("3d", 0.85), "weather": ("clear", 0.93), "time": ("day", 0.4)}
KEYWORDS = 0.1  # share of captions that are keyword lists
CLOSE, WIDE, APART = 0.75, 0.2, 0.12  # size of a close-up and of a wide shot, depth that is visibly behind


class Template(NamedTuple):
    """text: fields in braces. needs: fields that must be filled. weight: how often, relative to the others."""

    text: str
    needs: tuple[str, ...] = ()
    weight: float = 1.0


TEMPLATES = (
    Template("{subject} {finite} {direction} {place} {time} {weather} {others}. {camera}. {medium}.", ("finite",), 3),
    Template("{subject} {doing} {direction} {place} {time} {weather} {others}, {camera}, {tail}", (), 3),
    Template("{subject} {finite} {direction} {place} {time}, {others}, {weather}, {tail}, {camera}", ("finite",), 2),
    Template("{look} {shot} of {subject} {doing} {direction} {place} {time} {weather} {others}, {tail}.", (), 2),
    Template(
        "{look} {shot}: {subject} {finite} {direction} {place} {time} {weather} {others}. {medium}.",
        ("camera", "finite"),
    ),
    Template(
        "{place}, {subject} {finite} {direction} {time} {weather} {others}. {camera}. {medium}.", ("place", "finite")
    ),
    Template(
        "{time}, {subject} {finite} {direction} {place} {weather} {others}, {tail}. {camera}.", ("time", "finite")
    ),
    Template(
        "{weather}, {subject} {finite} {direction} {place} {time} {others}. {camera}. {medium}.", ("weather", "finite")
    ),
    Template("{medium} of {subject} {doing} {direction} {place} {time} {weather} {others}, {camera}", ("medium",), 2),
    Template(
        "{medium}: {subject} {finite} {direction} {place} {time} {weather} {others}. {camera}.", ("medium", "finite")
    ),
    Template(
        "{camera} as {subject} {finite} {direction} {place} {time} {weather}, {tail}.", ("camera", "finite", "clause")
    ),
    Template("{onto} {subject} {doing} {direction} {place} {time} {weather}, {others}, {tail}.", ("onto",), 1.5),
    Template(
        "{scene} {time}, {weather}. {subject} {finite} {direction} {others}. {camera}. {medium}.", ("place", "finite")
    ),
    Template("{ask} {subject} {doing} {direction} {place} {time} {weather} {others}, {tail}, {camera}", (), 1.5),
    Template("{bare} {doing} {direction} {place} {time} {weather}, {tail}", (), 1.5),
)
LOOKS = ("cinematic", "cinematic", "beautiful", "dramatic", "smooth", "")
SHOTS = ("shot", "shot", "video", "footage", "scene")
ASKS = ("a video of", "video of", "a short clip of", "an animation of", "a film of", "there is")


def slots(scene: Scene) -> Slots:
    """What is visible in a scene, as name -> value. Only `actor`, `count` and `action` are always there.

    Keys: actor, count, colour, action, direction, size, relation, second, second_count, second_action,
    second_direction, third, place, time, weather, camera, style.
    """
    lead, *rest = scene.performers
    alike = [p for p in rest if _alike(p, lead) and p.partner < 0]
    others = [p for p in rest if p not in alike]
    said = {"actor": lead.name, "count": str(1 + len(alike)), "action": lead.action}
    said["colour"] = "" if scene.style in COLOURLESS else lead.colour
    said["direction"] = _direction(lead)
    if scene.camera in ("static", "tracking"):
        said["size"] = "close-up" if lead.size >= CLOSE else "wide" if lead.size <= WIDE else ""
    if others:
        second = scene.performers[lead.partner] if lead.partner > 0 else others[0]
        said |= _second(lead, second, sum(_alike(p, second) for p in others))
        more = [p.name for p in others if p.name not in (lead.name, second.name)]
        said["third"] = more[0] if more else ""
    said["place"] = scene.place
    indoors = scene.place in PLACES and PLACES[scene.place].indoors
    said["time"] = "" if indoors or scene.domain == "studio" else scene.time
    said |= {"weather": scene.weather, "camera": scene.camera, "style": scene.style}
    return {name: value for name, value in said.items() if value}


def caption(
    scene: Scene, rng: Rng, *, drop: float = 0.15, typo: float = 0.05, names: Words = ACTORS, keywords: float = KEYWORDS
) -> str:
    """A caption of a scene. drop: chance of each slot but the actor to stay unsaid. typo: chance of one misspelling.

    names: words of each actor (see `words.tagged`). keywords: chance of a keyword list instead of sentences.
    """
    return describe(slots(scene), rng, drop=drop, typo=typo, names=names, keywords=keywords)


def describe(
    said: Mapping[str, str],
    rng: Rng,
    *,
    drop: float = 0.15,
    typo: float = 0.05,
    names: Words = ACTORS,
    keywords: float = KEYWORDS,
) -> str:
    """A caption of slots; only `actor` is required. See `caption`."""
    kept = _thin(said, rng, drop)
    voice = Voice(rng, names, said.get("style", "") in COLOURLESS)
    if rng.random() < keywords:
        text = _keyword_list(kept, voice)
    else:
        fields = _fields(kept, voice)
        fitting = [t for t in TEMPLATES if all(fields[need] for need in t.needs)]
        weights = np.array([t.weight for t in fitting])
        text = grammar.tidy(fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))].text.format_map(fields))
    if rng.random() < 0.3:
        text = text.rstrip(".")
    return grammar.misspell(text, rng) if rng.random() < typo else text


def _alike(one: Performer, other: Performer) -> bool:
    return (one.name, one.action, one.direction) == (other.name, other.action, other.direction)


def _direction(performer: Performer) -> str:
    return "" if performer.action in ON_THE_SPOT else performer.direction


def _second(lead: Performer, second: Performer, count: int) -> Slots:
    apart = second.depth - lead.depth
    if lead.partner > 0:
        relation = lead.action
    elif second.partner == 0:
        relation = f"{second.action} by"
    else:
        relation = "behind" if apart < -APART else "in front" if apart > APART else "beside"
    return {
        "relation": relation,
        "second": second.name,
        "second_count": str(count),
        "second_action": second.action,
        "second_direction": _direction(second),
    }


def _thin(said: Mapping[str, str], rng: Rng, drop: float) -> Slots:
    """Leave out defaults mostly, other slots with chance `drop`, and whatever makes no sense without them."""
    kept = {}
    for name, value in said.items():
        default, unsaid = UNSAID.get(name, ("", 0.0))
        chance = 1 - (1 - drop) * (1 - unsaid) if value == default else drop
        if name == "actor" or rng.random() >= chance:
            kept[name] = value
        elif name.endswith("count") and value != "1":
            kept[name] = "some"
    if "action" not in kept:
        kept.pop("direction", None)
        kept.pop("relation", None)
    elif kept["action"] in ALONE and "second" in kept:  # a chase with a second actor needs its object
        kept["relation"] = kept["action"]
    return kept


@dataclass(frozen=True)
class Voice:
    """Who speaks. names: words of each actor. colourless: the style shows no colours, so none may be named."""

    rng: Rng
    names: Words
    colourless: bool

    def pick(self, choices: Sequence[str]) -> str:
        """One of the wordings, any with equal chance."""
        if self.colourless:
            choices = [choice for choice in choices if COLOURS.isdisjoint(choice.split())] or choices
        return choices[int(self.rng.integers(len(choices)))]

    def mostly(self, choices: Sequence[str], share: float = 0.4) -> str:
        """The first wording, the usual one, in `share` of the cases; else any."""
        return choices[0] if self.rng.random() < share else self.pick(choices)

    def called(self, name: str) -> str:
        """A word for an actor."""
        return self.mostly(self.names.get(name, (name,)), 0.5)

    def one_in(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)


def _nouns(word: str, count: str, colour: str, voice: Voice) -> tuple[str, bool]:
    """Noun phrase and whether it is plural: `a dog`, `two red buses`. Without a count: `a dog`."""
    one = f"{colour} {word}".strip()
    if count in ("", "1"):
        return grammar.article(one), False
    return f"{voice.pick(COUNTS.get(count, (count,)))} {grammar.plural(one)}".strip(), True


def _verb(name: str, action: str, voice: Voice) -> str:
    own = ACTOR_ACTIONS.get((name, action))
    if own and voice.one_in(0.4):
        return voice.pick(own)
    return voice.mostly(ACTIONS.get(action, (action,)))


def _finite(verb: str, many: bool) -> str:
    return verb if many else grammar.finite(verb)


def _place(name: str, action: str, voice: Voice) -> tuple[str, str]:
    """A place with a preposition that suits the action, and without."""
    place: Place = PLACES.get(name) or Place((name,), ("in",))
    noun = voice.pick(place.nouns)
    if place.whole and action not in IN_THE_AIR and voice.one_in(0.2):
        return voice.pick(place.whole), noun
    ways = place.at
    if action == "swim" or (name == "sea" and action == "jump"):
        ways = ("in",)
    elif action in IN_THE_AIR and not place.indoors and voice.one_in(0.6):
        ways = ("over", "above", "high above")
    elif action and action not in ON_THE_SPOT and action != "jump" and place.along and voice.one_in(0.6):
        ways = place.along
    elif action == "launch" and voice.one_in(0.6):
        ways = ("from",)
    return f"{voice.pick(ways)} {noun}", noun


def _time(kept: Mapping[str, str], voice: Voice) -> str:
    time: Time = TIMES.get(kept.get("time", "")) or Time((kept.get("time", ""),), (), ())
    clear = time.clear if kept.get("weather", "clear") == "clear" else ()
    return voice.pick(time.phrases + clear)


def _fields(kept: Mapping[str, str], voice: Voice) -> dict[str, str]:
    """Words for every field of the templates; an empty string where nothing is to be said."""
    word, action = voice.called(kept["actor"]), kept.get("action", "")
    subject, many = _nouns(word, kept.get("count", ""), kept.get("colour", ""), voice)
    bare = subject if many else subject.partition(" ")[2]
    direction = voice.pick(DIRECTIONS.get(kept.get("direction", ""), (kept.get("direction", ""),)))
    place, scene = _place(kept["place"], action, voice) if "place" in kept else ("", "")
    if direction in ("left", "right") and place:  # "walks right across" would be read as "right across"
        direction = f"to the {direction}"
    verb, others = _deeds(kept, many, voice) if action else ("", "")
    if not action and "second" in kept:
        others = f"with {_other(kept, voice)[0]}"
    if others.startswith("and "):
        subject, bare, many, others = f"{subject} {others}", f"{bare} {others}", True, ""
    camera: Camera = CAMERAS.get(kept.get("camera", "")) or Camera(SHOTS, (kept.get("camera", ""),))
    style: Style = STYLES.get(kept.get("style", "")) or _unknown_style(kept.get("style", ""))
    weather: Weather = WEATHERS.get(kept.get("weather", "")) or Weather((kept.get("weather", ""),), ())
    clause = voice.pick(camera.clauses)
    shot = voice.pick(SIZES[kept["size"]]) if kept.get("size") in SIZES else voice.pick(camera.shots)
    return {
        "subject": subject,
        "bare": bare,
        "finite": _finite(verb, many) if verb else "",
        "doing": grammar.doing(verb) if verb else "",
        "direction": direction,
        "place": place,
        "scene": scene,
        "time": _time(kept, voice),
        "weather": voice.pick(weather.phrases),
        "others": others,
        "camera": clause,
        "clause": clause if clause.startswith("the camera") else "",
        "onto": voice.pick(camera.onto) if camera.onto else "",
        "shot": shot,
        "medium": voice.pick(style.media),
        "tail": voice.pick(style.tails),
        "look": voice.pick(LOOKS),
        "ask": voice.pick(ASKS),
    }


def _unknown_style(name: str) -> Style:
    return Style((f"{name} style video",), (f"in {name} style",)) if name else Style(("",), ("",))


def _other(kept: Mapping[str, str], voice: Voice) -> tuple[str, bool]:
    """Noun phrase of the second actor, and whether it is plural: `a cat`, or `another dog` beside a dog."""
    word = voice.called(kept["second"])
    second, many = _nouns(word, kept.get("second_count", ""), "", voice)
    if kept["second"] != kept["actor"]:
        return second, many
    return (f"other {grammar.plural(word)}" if many else f"another {word}"), many


def _deeds(kept: Mapping[str, str], many: bool, voice: Voice) -> tuple[str, str]:
    """The lead's verb phrase, and a phrase for the other actors."""
    action, relation = kept["action"], kept.get("relation", "")
    if "second" not in kept:
        return _verb(kept["actor"], ALONE.get(action, action), voice), ""
    second, pair = _other(kept, voice)
    third = f"and {_nouns(voice.called(kept['third']), '', '', voice)[0]}" if "third" in kept else ""
    if relation == action:
        return f"{_verb(kept['actor'], action, voice)} {second}", f"with {third[4:]} nearby" if third else ""
    if relation.endswith(" by"):
        passive = PASSIVES.get(relation.removesuffix(" by"), (action + " near",))
        return f"{voice.pick(passive)} {second}", ""
    verb = _verb(kept["actor"], action, voice)
    deed, heading = kept.get("second_action", ""), kept.get("second_direction", "")
    if (deed, heading) == (action, kept.get("direction", "")) and voice.one_in(0.6):
        return verb, f"and {second} {third}".strip()
    where = voice.pick(RELATIONS.get(relation, ("",))).format(it="them" if many else "it")
    direction = voice.pick(DIRECTIONS[heading][:-1]) if heading in DIRECTIONS and voice.one_in(0.7) else ""
    second_verb = _verb(kept["second"], ALONE.get(deed, deed), voice) if deed else ""
    if not second_verb:
        return verb, f"with {second} {third} {where}"
    if voice.one_in(0.5):
        return verb, f"while {second} {_finite(second_verb, pair)} {direction} {where}"
    return verb, f"with {second} {grammar.doing(second_verb)} {direction} {where}"


def _keyword_list(kept: Mapping[str, str], voice: Voice) -> str:
    """`dog, walking, to the right, meadow, sunset, tracking shot`: the actor first, then any order."""
    fields = _fields(kept, voice)
    keys = [fields["doing"], fields["direction"], re.sub(r"^(an?|the) ", "", fields["scene"])]
    keys.append(voice.pick(TIMES[kept["time"]].keys) if kept.get("time") in TIMES else fields["time"])
    keys.append(voice.pick(WEATHERS[kept["weather"]].keys) if kept.get("weather") in WEATHERS else fields["weather"])
    keys += [voice.pick(CAMERAS[kept["camera"]].shots) if kept.get("camera") in CAMERAS else "", fields["medium"]]
    voice.rng.shuffle(keys)
    return ", ".join(key for key in (fields["bare"], *keys) if key)
