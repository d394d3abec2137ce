"""The caption of a scene: whole, plain, in the grammar of the captions that networks learn from, always the same."""

from __future__ import annotations

from collections.abc import Sequence

from soracli.world.language import grammar
from soracli.world.language.surroundings import CAMERAS, PLACES, SEASONS, STYLES, TIMES, WEATHERS
from soracli.world.language.words import (
    ACTIONS,
    ACTORS,
    COLOURLESS,
    COUNTS,
    DIRECTIONS,
    IN_THE_AIR,
    ON_THE_SPOT,
    PLAYED,
)
from soracli.world.scene import Performer, Scene

DEEDS = {"bitten": "a bite is taken out of it", "opened": "it opens", "painted": "it is painted"}
TOGETHER = {"behind": "behind", "beside": "next to", "in front of": "in front of", "above": "above", "on": "on",
            "in": "in"}  # fmt: skip


def caption(scene: Scene) -> str:
    """One or more sentences that say everything that can be seen: who, what, which way, where, when, how."""
    place, noun = _where(scene)
    when, weather = TIMES[scene.time].phrases[0], WEATHERS[scene.weather].phrases[0]
    indoors = scene.place in PLACES and PLACES[scene.place].indoors
    around = [] if indoors else [when]
    around += list(SEASONS[scene.season].phrases[:1]) if scene.season and not indoors else []
    around += [weather] if scene.weather != "clear" else []
    groups = _groups(scene.performers)
    if not groups:
        sentences = [" ".join([noun, *around])]
    else:
        first, *rest = (_clause(scene, group) for group in groups)
        sentences = [" ".join([first, place, *around]), *rest]
    later = [(_word(one), act) for one in scene.performers for act in one.then]
    sentences += dict.fromkeys(f"then the {word} {_doing(act.action, act.direction, 1)}" for word, act in later)
    for performer in scene.performers:
        sentences += [DEEDS[event.kind].replace("it", f"the {_word(performer)}", 1) for event in performer.events[:1]]
    sentences.append(CAMERAS[scene.camera].clauses[0])
    sentences.append(STYLES[scene.style].media[0])
    return grammar.tidy(". ".join(part for part in sentences if part) + ".")


def _where(scene: Scene) -> tuple[str, str]:
    place = PLACES[scene.place]
    lead = scene.performers[0] if scene.performers else None
    way = place.at[0]
    if lead is not None and lead.action in IN_THE_AIR and not place.indoors:
        way = "over"
    elif lead is not None and lead.action == "swim":
        way = "in"
    elif lead is not None and lead.direction and lead.action not in ON_THE_SPOT and place.along:
        way = place.along[0]
    return f"{way} {place.nouns[0]}", place.nouns[0]


def _groups(cast: Sequence[Performer]) -> list[list[int]]:
    """Indices of performers that are alike, those that do something to others first named where they stand."""
    groups: list[list[int]] = []
    for i, one in enumerate(cast):
        for group in groups:
            if _key(cast[group[0]]) == _key(one):
                group.append(i)
                break
        else:
            groups.append([i])
    objects = {p.partner for p in cast if p.relation in ("chases", "meets")}
    return [group for group in groups if not _said_with(cast, group, objects)]


def _said_with(cast: Sequence[Performer], group: list[int], objects: set[int]) -> bool:
    """Whether a group is named already as the object of another: a dog chases a cat."""
    one = cast[group[0]]
    return (
        bool(objects & {*group})
        and one.relation not in ("chases",)
        and not (one.relation == "meets" and one.partner > group[0])
    )


def _key(one: Performer) -> tuple[str, ...]:
    return (one.name, one.colour, one.action, one.direction, one.relation)


def _clause(scene: Scene, group: Sequence[int]) -> str:
    cast = scene.performers
    one, count = cast[group[0]], len(group)
    subject = _nouns(scene, one, count)
    partner = cast[one.partner] if 0 <= one.partner < len(cast) else None
    many = sum(_key(other) == _key(partner) for other in cast) if partner is not None else 0
    if partner is not None and one.relation in ("chases", "meets"):
        verb = "chase" if one.relation == "chases" else "meet"
        said = verb if count > 1 else grammar.finite(verb)
        way = _way(one.action, one.direction) if verb == "chase" else ""
        return f"{subject} {said} {_nouns(scene, partner, many)} {way}".strip()
    with_whom = (
        f"{TOGETHER[one.relation]} {_nouns(scene, partner, many)}"
        if partner is not None and one.relation in TOGETHER
        else ""
    )
    return " ".join(part for part in (subject, _doing(one.action, one.direction, count), with_whom) if part)


def _doing(action: str, direction: str, count: int) -> str:
    """What so many do, and which way: `walks to the left`."""
    verb = {**ACTIONS, **PLAYED}.get(action, (action,))[0]
    said = verb if count > 1 else grammar.finite(verb)
    return f"{said} {_way(action, direction)}".strip()


def _way(action: str, direction: str) -> str:
    return DIRECTIONS[direction][0] if direction and action not in ON_THE_SPOT else ""


def _word(one: Performer) -> str:
    if one.name in ("person walking", "person running"):
        return "person"
    return ACTORS.get(one.name, (one.name,))[0]


def _nouns(scene: Scene, one: Performer, count: int) -> str:
    colour = "" if scene.style in COLOURLESS else one.colour
    word = f"{colour} {_word(one)}".strip()
    if count == 1:
        return grammar.article(word)
    return f"{COUNTS.get(str(count), (str(count),))[0]} {grammar.plural(word)}"
