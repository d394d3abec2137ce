"""Parts of a story become roles: which picture plays each, how many, and what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from soracli.formatting import printable
from soracli.prompts import english
from soracli.scenes.crowds import ALIKE
from soracli.scenes.deeds import across, by_themselves
from soracli.scenes.groups import FIGURES
from soracli.scenes.nearest import Near, nearest
from soracli.scenes.playing import DOES, SEATS, deed, pictured
from soracli.scenes.staging import BUILT, DRIFTS, Role
from soracli.scenes.story import Part, Story
from soracli.scenes.vocabulary import Library, Vocabulary
from soracli.world.language import grammar
from soracli.world.language.actors import BALLS, BOATS, SKY, actor
from soracli.world.scene import Act

MOST = 6  # performers of one kind
THRONGS = frozenset(("hundreds", "thousands", "millions", "dozens", "countless"))
SURE = 0.72  # cosine from which a noun that no table has is drawn beside others
ALL = 8  # performers of a scene
HUMAN = ("man", "woman", "person", "boy", "girl", "child", "old", "older", "artist", "cook", "singer", "student")
GO = {"walker": "walk", "driver": "drive", "flyer": "fly", "swimmer": "swim", "thing": "slide"}
RUSH = {**GO, "walker": "run"}
IDLE = {"walker": "walk", "driver": "drive", "flyer": "fly", "swimmer": "swim", "thing": "stand"}
FLIGHT = {  # birds of whom the library has the standing alone -> them in the air, and their colour there
    **{name: ("bird in flight", colour) for name, colour in {
        "goose": "brown", "duck": "brown", "swan": "white", "flamingo": "pink", "turkey": "brown", "bird": "red",
        "chicken": "white", "rooster": "brown", "peacock": "blue", "dodo": "grey", "dove": "white", "hen": "white",
        "sparrow": "brown", "pigeon": "grey", "pelican": "white", "robin": "brown", "woodpecker": "black",
        "toucan": "black", "puffin": "black", "vulture": "brown", "heron": "grey", "stork": "white",
        "tower crane": "white",  # what is called a crane and flies is no machine
    }.items()},
    "parrot": ("parrot in flight", ""), "owl": ("owl in flight", ""),
    "seagull": ("seagull in flight", ""), "crow": ("crow in flight", ""),
}  # fmt: skip
BUSY = ("in", "golfing", "juggling", "lifting", "taking", "bouncing", "playing", "bowing", "feeding", "fencing")
BUILT_IN = {  # what places have of their own
    "window": ("living room", "bedroom", "village"), "castle": ("castle",), "volcano": ("volcano",),
}  # fmt: skip
HOLLOW = {  # what is closed, or has something in it -> what others can be in, and of which kinds
    "motor boat": ("canoe", ("walker", "flyer", "thing")), "nest with eggs": ("empty nest", ("walker", "flyer")),
    "bowl with spoon": ("fish bowl", ("swimmer",)), "steaming bowl": ("fish bowl", ("swimmer",)),
    "jar": ("fish bowl", ("swimmer",)), "tumbler glass": ("fish bowl", ("swimmer",)),
}  # fmt: skip
RESTS = {"fish bowl": "table"}
KEPT = {"fish bowl": ("fish", "tropical fish"), "bird cage": ("bird", "parrot", "sparrow")}  # pictures of both
RIDERS = {  # what people ride -> who is drawn on it, by who rides
    "bicycle": {"man": "man biking", "boy": "man biking", "woman": "woman biking", "girl": "woman biking",
                "person": "person biking", "child": "person biking"},
    **{name: dict.fromkeys(("man", "boy", "woman", "girl", "person", "child"), rider)
       for name, rider in (("motorcycle", "motorcyclist"), ("motor scooter", "scooter rider"))},
}  # fmt: skip
CARRIED = {  # what is drawn with them
    "violinist": ("violin",), "drummer": ("drum",), "photographer": ("camera",), "skateboarder": ("level skateboard",),
    "waiter": ("hot beverage", "teacup without handle"), "footballer": ("soccer ball",),
    "tennis player": ("soccer ball", "tennis"),
    **{rider: (ridden,) for ridden, riders in RIDERS.items() for rider in riders.values()},
}  # fmt: skip
AT_HAND = {  # what pictures of people at something have with them
    "rowing boat": ("motor boat", "canoe", "raft", "sailboat"), "surfing": ("surfboard",),
    "biking": ("bicycle",), "mountain biking": ("bicycle",),
}  # fmt: skip
RIDDEN = frozenset(("sled", "skis", "skateboard", "level skateboard", "surfboard", "kick scooter", "raft"))
TAKEN = {"slide": "slide", "drive": "drive", "swim": "swim", "float": "float"}  # by what who is on it does
GAITS = ("walk", "run", "jump")  # of who rides an animal, which does that
WADERS = ("duck", "swan", "goose", "pelican", "flamingo")  # birds that glide on the water, too
BURSTS = ("pop", "burst", "explode", "blow", "dissolve", "fizzle")  # who is gone where it was
STAYS = (
    "stay",
    "hold",
    "remain",
    "keep",
    "maintain",
    "not",
    "does",
    "doesn't",
    "without",
    "motionless",
)  # of who is in the air: not on the ground
AIRY = frozenset(("bubbles", "balloon", "feather", "red paper lantern"))  # what floats of itself
CRAFT = frozenset(("rocket", "helicopter", "flying saucer", "airplane", "small airplane", "butterfly"))


def casting(
    story: Story, words: Vocabulary, known: Library, near: Mapping[str, Near], proper: Set[str]
) -> tuple[list[Role], list[str]]:
    """The performers, each of several alike by itself, and notes on them. proper: words that begin with a capital."""
    for part in story.parts:
        known_as = near.get(part.said)
        strange = not part.name and (known_as is None or known_as.cosine < SURE)
        if strange and part.said in proper and part.role == "subject" and part.verb is not None:
            part.name = "person"  # somebody's name
    _hollowed(story, known)
    _at_play(story, known)
    by_themselves(story)
    across(story)
    notes: list[str] = []
    first: dict[int, int] = {}
    roles: list[tuple[Role, int]] = []
    couples = {index for index, part in enumerate(story.parts) if _part_couple(part)}
    named = {index: _named(part, story, words, near, notes) for index, part in enumerate(story.parts)}
    for index, count in _counts([i for i in named if named[i]], story, notes).items():
        part, name = story.parts[index], named[index]
        first[index] = len(roles)
        role = _role(part, name, index, story, known)
        mixed = count > 1 and part.name == "person" and name not in ("person", *ALIKE)
        mixed = mixed or (index in couples and count == 2)
        both = [replace(role, name=who) for who in _both(name, words)] if mixed else [role, role]
        roles += [(both[i % 2], part.partner) for i in range(count)]
    roles = [(replace(role, action="float") if _is_under(i, roles, first, story) else role, partner)
             for i, (role, partner) in enumerate(roles)]  # fmt: skip
    found = [
        replace(role, partner=_own(i, partner, first, roles), relation=role.relation if partner in first else "")
        for i, (role, partner) in enumerate(roles)
    ]
    return _paired(_drawn_along(_mounted(found, known))), notes


def _mounted(roles: list[Role], known: Library) -> list[Role]:
    """Who rides what is drawn with its rider becomes one picture with it; what is ridden is left to `built_in`."""
    out = list(roles)
    for i, role in enumerate(roles):
        under = roles[role.partner] if role.relation == "on" and role.partner >= 0 else None
        name = RIDERS.get(under.name, {}).get(role.name.split()[0], "") if under is not None else ""
        alone = sum(other.partner == role.partner and other.relation == "on" for other in roles) == 1
        if under is not None and name and alone and name in known.names():
            out[i] = replace(
                role, name=name, kind=known.kind(name), length=known.length(name), action=under.action,
                direction=role.direction or under.direction, colour="", speed=under.speed, relation="on",
            )  # fmt: skip
    return out


def _drawn_along(roles: list[Role]) -> list[Role]:
    """Who slides or goes on what can move is taken along by that: kids on sleds, a woman on an elephant."""
    out = list(roles)
    for i, role in enumerate(roles):
        under = roles[role.partner] if role.relation == "on" and role.partner >= 0 else None
        if under is None or under.action != "stand":
            continue
        mount = under.kind == "walker" and under.name.split()[0] not in HUMAN and role.name.split()[0] in HUMAN
        taken = role.action in GAITS if mount else role.action in TAKEN and under.name in RIDDEN
        if not taken:
            continue
        action = role.action if mount else TAKEN[role.action]
        out[role.partner] = replace(out[role.partner], action=action, direction=role.direction)
        out[i] = replace(role, action="stand")
    return out


def _own(i: int, partner: int, first: Mapping[int, int], roles: list[tuple[Role, int]]) -> int:
    """The role that the i-th is related to: each of several has one of its own if there are as many of both."""
    if partner not in first:
        return -1
    group = roles[i][0].group
    mine, theirs = (sum(role.group == one for role, _ in roles) for one in (group, partner))
    paired = mine == theirs and roles[i][0].relation in ("beside", "on", "above")
    return first[partner] + (i - first[group] if paired else 0)


def _is_under(i: int, roles: list[tuple[Role, int]], first: Mapping[int, int], story: Story) -> bool:
    """Whether a boat is to be over one that does nothing of its own: both stay where they are."""
    role = roles[i][0]
    over = any(other.name in BOATS and first.get(partner) == i and story.parts[other.group].relation == "below"
               for other, partner in roles)  # fmt: skip
    return over and role.kind == "swimmer" and story.parts[role.group].verb is None


def _at_play(story: Story, known: Library) -> None:
    """Animals that play with nothing hop about."""
    if any(part.role == "object" for part in story.parts):
        return
    for index, part in enumerate(story.parts):
        animal = part.name and known.kind(part.name) == "walker" and part.name.split()[0] not in HUMAN
        verb = part.verb
        if verb is None or verb.lemma != "play" or not animal or any(one.partner == index for one in story.parts):
            continue
        part.verb = verb._replace(value="hop")
        story.shown[:] = [(typed, "hop" if typed.startswith("play") else shown) for typed, shown in story.shown]


def _hollowed(story: Story, known: Library) -> None:
    """What somebody is in is open, or holds water."""
    for part in story.parts:
        holder = story.parts[part.partner] if part.within and part.name and part.partner >= 0 else None
        name, kinds = HOLLOW.get(holder.name, ("", ())) if holder is not None else ("", ())
        if holder is not None and holder.said != holder.name and known.kind(part.name) in kinds:
            holder.name = name


def stand_ins(story: Story, words: Vocabulary) -> dict[str, Near]:
    """Nouns that no table has -> the nearest place, if they stand where places do, or else the nearest picture."""
    parts = [part.said for part in story.parts if not part.name]
    places = [noun for noun, _ in story.strangers]
    return {**(nearest(places, "place", words) if places else {}), **(nearest(parts, "name", words) if parts else {})}


def at_rest(roles: list[Role], known: Library) -> list[Role]:
    """What stands on something if nothing else is said."""
    name = RESTS.get(roles[0].name, "") if len(roles) == 1 and roles[0].action == "stand" else ""
    if not name:
        return roles
    return [replace(roles[0], relation="on", partner=1),
            Role(name, known.kind(name), "stand", known.length(name), group=-60)]  # fmt: skip


def built_in(roles: list[Role], place: str) -> list[Role]:
    """Without those whom the place, or the picture that they are in, draws by itself: the windows of a room."""
    kept = [i for i, role in enumerate(roles) if place not in BUILT_IN.get(role.name, ()) and not _is_kept(i, roles)]
    to = {old: new for new, old in enumerate(kept)}
    out = [replace(roles[i], partner=to.get(roles[i].partner, -1), relation=roles[i].relation
           if roles[i].partner in to else "") for i in kept]  # fmt: skip
    return [
        replace(one, action=roles[roles[i].partner].action) if _holds(i, roles) else one
        for i, one in zip(kept, out, strict=True)
    ]


def _is_kept(i: int, roles: list[Role]) -> bool:
    """Whether a role is in what is drawn with it: a fish in its bowl, the board of a skateboarder."""
    role = roles[i]
    holder = roles[role.partner].name if role.partner >= 0 else ""
    within = role.relation == "on" and role.name in KEPT.get(holder, ())
    with_it = role.relation in ("on", "beside", "in front of") and role.name in CARRIED.get(holder, ())
    at_hand = role.name in AT_HAND.get(holder.partition(" ")[2], ())
    return within or with_it or at_hand or any(other.partner == i and _holds(k, roles) for k, other in enumerate(roles))


def _holds(i: int, roles: list[Role]) -> bool:
    """Whether what a role is on is drawn with it."""
    role = roles[i]
    return role.relation == "on" and role.partner >= 0 and roles[role.partner].name in CARRIED.get(role.name, ())


def adrift(role: Role) -> Role:
    """Who would walk or stand where there is nothing to walk on floats, if nothing else is said."""
    return replace(role, action="float") if role.kind in ("walker", "driver", "thing") else role


def afloat(role: Role, part: Part) -> Role:
    """An animal that is in water swims there, unless it is said to walk."""
    free = part.verb is None or part.verb.value in ("go", "rush", "follow")
    animal = role.kind == "walker" and role.name.split()[0] not in ("man", "woman", "person", "people")
    return replace(role, action="swim") if free and animal and role.action in ("walk", "run") else role


def headwear(roles: list[Role], story: Story, words: Vocabulary, known: Library) -> list[Role]:
    """What some are known by and wear on their heads, for as many as there is room for."""
    worn = [(i, words.dressed.get(grammar.singular(story.parts[role.group].said), "")) for i, role in enumerate(roles)]
    return [
        Role(name, known.kind(name), "stand", known.length(name), roles[i].direction, "", "on", i, group=-1 - i)
        for i, name in worn
        if name
    ][: ALL - len(roles)]


def implied(roles: list[Role], story: Story, words: Vocabulary, known: Library) -> list[Role]:
    """What people have in their hands for what they do, if the prompt names nothing that they do it with."""
    found = []
    for i, role in enumerate(roles):
        verb = story.parts[role.group].verb
        name = words.implied.get(verb.lemma, "") if verb is not None else ""
        if name in BALLS and not any(other.partner == i for other in roles):
            found.append(
                Role(name, known.kind(name), "score", known.length(name), "", "", "in front of", i, group=-9 - i)
            )
        elif name and role.name.split()[0] in HUMAN and not any(other.partner == i for other in roles):
            found.append(
                Role(name, known.kind(name), "stand", known.length(name), role.direction, "", "on", i, group=-9 - i)
            )
    return found


def underfoot(roles: list[Role], story: Story, words: Vocabulary, known: Library) -> list[Role]:
    """What people stand on for what they do, if the prompt names nothing; they become those who are on it."""
    out = list(roles)
    more: list[Role] = []
    for i, role in enumerate(roles):
        verb = story.parts[role.group].verb if role.group >= 0 else None
        name = words.underfoot.get(verb.lemma, "") if verb is not None else ""
        if (
            name
            and name not in CARRIED.get(role.name, ())
            and not role.relation
            and not any(other.partner == i for other in roles)
            and len(roles) + len(more) < ALL
        ):
            out[i] = replace(role, relation="on", partner=len(roles) + len(more), action="stand")
            more.append(Role(name, known.kind(name), "slide", known.length(name), role.direction, "", group=-40 - i))
    return out + more


def _both(name: str, words: Vocabulary) -> tuple[str, str]:
    """Pictures of a man and a woman at what a person is at; that picture twice if one is missing."""
    first, _, rest = name.partition(" ")
    his, hers = ((f"{who} {rest}" if rest and first in HUMAN[:3] else name) for who in ("man", "woman"))
    return (his, hers) if {his, hers} <= words.pictures.keys() else (name, name)


def _part_couple(part: Part) -> bool:
    """Two who go somewhere are not the picture of two who hug; whether that is so."""
    still = part.verb is None or part.verb.value in ("meet", "stand")
    if part.name == "people hugging" and part.near and not still:
        part.name, part.near, part.many, part.count = "person", False, True, max(part.count, 2)
        return True
    return False


def _paired(roles: list[Role]) -> list[Role]:
    """Two of a kind that chase or meet each other do so."""
    first = [role for role in roles if role.group == roles[0].group]
    both = len(roles) > 1 and all(role.action == "meet" and not role.relation for role in roles[:2])
    if both and len(first) == 1 and len(roles) == len({role.group for role in roles}):  # a tiger and a lion fight
        return [replace(roles[0], relation="meets", partner=1), *roles[1:]]
    free = all(role.relation in ("", "on") for role in first)  # two knights duel on a bridge
    if len(first) == 2 and first == roles[:2] and free and first[0].action in ("meet", "chase"):
        relation = "meets" if roles[0].action == "meet" else "chases"
        second = "meet" if relation == "meets" else GO[roles[1].kind]
        other = replace(roles[1], action=second, relation="", partner=-1)
        return [replace(roles[0], relation=relation, partner=1), other, *roles[2:]]
    return [
        replace(role, action=RUSH[role.kind]) if role.action == "chase" and not role.relation
        else replace(role, action=GO[role.kind]) if role.action == "meet" and not _meets(roles, i) else role
        for i, role in enumerate(roles)
    ]  # fmt: skip


def _meets(roles: list[Role], index: int) -> bool:
    return roles[index].relation == "meets" or any(r.relation == "meets" and r.partner == index for r in roles)


def _named(part: Part, story: Story, words: Vocabulary, near: Mapping[str, Near], notes: list[str]) -> str:
    """The picture that plays a part; empty if there is none."""
    name = part.name
    if not name:
        found = near.get(part.said)
        if found is None or found.slot != "name" or (found.cosine < SURE and len(story.parts) > 1):
            notes.append(f"there is nothing like '{printable(part.said)}' in the library; it is left out.")
            return ""
        name = found.value
        notes.append(found.note(part.said))
    elif part.near and name == "person" and part.role != "subject" and part.said not in words.phrases.listed:
        notes.append(f"there is nothing like '{printable(part.said)}' in the library; it is left out.")
        return ""
    elif part.near and not _is_described(part.said, name):
        notes.append(f"'{part.said}' is not in the library; it is drawn as the nearest: {name}.")
    done = pictured(part.verb.lemma, words) if part.verb is not None else ""
    rest = (done or _rest(part, story, words)) if not part.then and name in ("man", "woman", "person") else ""
    if rest:
        return next((one for one in _acting(name, rest) if one in words.pictures), name)
    return f"{part.colour} {name}" if f"{part.colour} {name}" in words.pictures else name


def _is_described(said: str, name: str) -> bool:
    """Whether a phrase is a picture's name and what it is like: a long snake is a snake, Mickey Mouse is no mouse."""
    *before, last = said.split()
    return last == name and all(word in english.ADJECTIVES or word in english.BREAKERS for word in before)


def _acting(who: str, rest: str) -> tuple[str, ...]:
    """Pictures of a man, a woman or anybody at something; a woman is never played by a man, nor he by her."""
    if who == "person":
        return f"person {rest}", f"woman {rest}", f"man {rest}"
    return f"{who} {rest}", who, f"person {rest}"


def _rest(part: Part, story: Story, words: Vocabulary) -> str:
    """A person who does what no picture shows stands, walks or runs; who sits has a body that can."""
    under = story.parts[part.partner].name if part.relation == "on" and part.partner >= 0 else ""
    seat = under in SEATS or words.pictures.get(under) == "walker"
    if seat or (part.verb is not None and (DOES.get(part.verb.lemma) == "sit" or part.verb.lemma == "ride")):
        return ""
    action = part.verb.value if part.verb is not None else "walk"
    return {"walk": "walking", "go": "walking", "run": "running", "rush": "running", "chase": "running",
            "stand": "standing", "meet": "walking"}.get(action, "")  # fmt: skip


def _counts(indices: Sequence[int], story: Story, notes: list[str]) -> dict[int, int]:
    """How many of each part there are, at least one of each of the first ALL.

    What is said to be several and not how many gives way to the others; then what there is most of.
    """
    parts = {index: story.parts[index] for index in indices[:ALL]}
    pairs = [(i, part.partner) for i, part in parts.items() if part.many and _is_on_many(part, parts)]
    asked = {index: _asked(part) for index, part in parts.items()} | {ridden: _asked(parts[i]) for i, ridden in pairs}
    counts = {index: min(count, MOST) for index, count in asked.items()}
    while sum(counts.values()) > ALL:
        more = [i for i in counts if counts[i] > 1 and not parts[i].count]
        counts[max(more or counts, key=lambda i: (counts[i], i))] -= 1
        for i, ridden in pairs:
            counts[i] = counts[ridden] = min(counts[i], counts[ridden])
    for index in indices:
        part, count = story.parts[index], counts.get(index, 0)
        if count and part.counted.split(" ")[0] in THRONGS:
            notes.append(f"'{printable(part.counted)} {part.said}': {count} are drawn, and no more than {MOST} can be.")
        elif not count or (part.count > count and part.counted):
            said = part.counted or asked.get(index, 1)
            notes.append(f"'{said} {part.said}': {count or 'none'} can be drawn beside what else there is.")
    return counts


def _is_on_many(part: Part, parts: Mapping[int, Part]) -> bool:
    """Whether each of several has something of its own to be on: two kids on bikes."""
    under = parts.get(part.partner)
    return part.relation == "on" and under is not None and under.many and not under.count


def _asked(part: Part) -> int:
    several = {"meet": 2, "fall": MOST}.get(part.verb.value if part.verb is not None else "", 3)
    return part.count or (several if part.many else 1)


def _role(part: Part, name: str, index: int, story: Story, known: Library) -> Role:
    kind = "walker" if name in FIGURES else known.kind(name)
    changes = frozenset(part.changes)
    carries = any(other.relation == "on" and other.partner == index for other in story.parts)
    action = _action(part, name, kind, carries)
    ridden = part.relation == "on" and part.partner >= 0
    stands = part.verb is not None and part.verb.value == "stand" and kind == "walker"
    stands = stands or (kind == "thing" and known.length(name) > BUILT and name not in SKY and part.verb is None)
    if part.relation in ("on", "above") and kind != "flyer" and story.parts[part.partner].name == "rainbow":
        part.relation, part.partner = "", -1  # that is far away
    if part.relation == "above" and stands:  # who looks over something does not fly
        part.relation = "behind"
    if part.relation == "above" and kind in ("walker", "driver") and action in ("walk", "run", "hop", "drive"):
        part.relation = "on"  # running over a rainbow
    if stands and action == "float" and kind == "thing":  # a bridge over the river
        action = "stand"
    if part.relation == "above" and action not in ("fly", "jump", "float", "launch", "fall", "hop", "bounce", "spin"):
        action = "hover"
    if part.relation == "chases":
        action = "chase"
    if part.relation == "above" and name in BOATS:  # it lies on the water
        part.relation = "beside"
    relation = "" if name in SKY and part.relation == "beside" else part.relation
    if name == "kite" and relation == "beside" and action == "fly":
        action, relation = "hover", "above"  # on its string
    if relation == "below":  # the anchor is under it: only what floats or flies can be above
        relation = (
            "above" if kind in ("flyer", "swimmer") and name not in BOATS else "beside" if name in BOATS else "behind"
        )
    perched = kind == "flyer" and part.verb is None and not part.over  # an owl with glasses
    if name in FLIGHT and not perched and (action in ("fly", "hover") or _is_aloft(part)):
        action = action if action in ("fly", "hover") else "fly"
        name, own = FLIGHT[name]
        part.colour, kind = part.colour or own, "flyer"
    return Role(
        name,
        kind,
        "stand" if ridden and part.verb is None else action,
        known.length(name),
        part.direction,
        part.side,
        relation,
        part.partner,
        "" if part.colour and name.startswith(f"{part.colour} ") else part.colour,
        part.scale * _ratio(part, name, known),
        changes,
        index,
        part.speed,
        _then(part, name, kind, carries),
        part.within,
    )


def _ratio(part: Part, name: str, known: Library) -> float:
    """How much longer a picture has to be than it is to be as large as what it is likened to."""
    other, factor = part.likened
    return factor * known.length(other) / known.length(name) if other else 1.0


def _then(part: Part, name: str, kind: str, carries: bool) -> tuple[Act, ...]:
    """What a picture does for a part after its first action; times are set where it is staged."""
    acts = []
    for doing in part.then:
        action = _action(replace(part, verb=doing.verb, changes=set()), name, kind, carries)
        played = deed(doing.verb.lemma) if action in ("stand", "bounce") else ""
        action = action if not played or (played == "sit" and not actor(name).hip) else played
        acts.append(Act(0.0, action, doing.direction))
    return tuple(acts)


def _is_aloft(part: Part) -> bool:
    """Whether a bird is in the air for what it does: a gull glides over the waves, a swan on the lake does not."""
    lemma = part.verb.lemma if part.verb is not None else ""
    over = part.over or part.relation == "above"
    over = over and not (part.name in ("duck", "swan") and lemma != "circle")  # over the water
    free = part.name not in WADERS and part.relation != "on" and lemma in ("glide", "circle", "wheel")
    return (
        free or lemma in ("soar", "swoop") or (over and lemma in ("glide", "circle", "sail", "drift", "wheel", "float"))
    )


def _is_busy(name: str) -> bool:
    """Whether a picture shows a person at something that is done on the spot."""
    who, _, what = name.partition(" ")
    return who in ("person", "man", "woman") and bool(what) and what.split()[0] in BUSY


def _action(part: Part, name: str, kind: str, carries: bool) -> str:
    """What a picture does for a part. carries: whether another is on it."""
    verb = part.verb
    idle = kind == "thing" and name not in AIRY and part.role != "subject" and not carries
    if idle and verb is not None and part.relation == "beside":
        return "hover" if name in SKY else "stand"  # a dog runs with a hat
    if verb is not None and verb.value == "hang":
        return "hover" if kind == "flyer" else "stand"
    if verb is not None and verb.value == "stand" and part.over and kind == "flyer":
        return "hover"
    if verb is None and name in AIRY:
        return "float"
    if verb is None and part.over and name in FLIGHT and kind == "walker":
        return "fly"
    if verb is None and part.over:
        free = kind in ("flyer", "swimmer") and name not in BOATS
        idle_up = IDLE[kind] if free and name not in DRIFTS else "float"
        return idle_up if free or name not in SKY else "hover"  # a balloon over the desert
    if verb is None:
        moves = part.relation in ("", "beside", "behind", "chases") and part.role == "subject" and part.partner < 0
        moves = moves and not _is_busy(name)
        action = IDLE[kind] if moves or part.direction or part.changes & {"in", "out"} else "stand"
        if action == "stand" and kind in ("flyer", "swimmer") and part.relation != "on":
            action = IDLE[kind]
    else:
        stray = GO[kind] if part.direction or part.changes & {"in", "out"} else "stand"
        stray = "stand" if verb.lemma.partition(" ")[0] in BURSTS and not part.direction else stray
        action = {"go": GO[kind], "rush": RUSH[kind], "follow": GO[kind], "vanish": stray, "stray": stray}.get(
            verb.value, verb.value
        )
        if verb.value in ("go", "rush") and verb.lemma.split()[0] == "fly":
            action = "fly"
        action = RUSH[kind] if part.speed > 1 and action == "walk" else action
    return _suited(action, part, name, kind)


def _is_upright(name: str, kind: str) -> bool:
    """Whether an animal that stands on two legs would slide on its belly."""
    entry = actor(name)
    x0, y0, x1, y1 = entry.box
    return kind == "walker" and entry.faces == "front" and not entry.hip and y1 - y0 >= 0.95 * (x1 - x0)


def _suited(action: str, part: Part, name: str, kind: str) -> str:
    """The action as a picture of its kind does it: what drives does not walk, a boat bobs."""
    verb = part.verb
    first = verb.lemma.partition(" ")[0] if verb is not None else ""
    if first == "roll" and kind == "thing" and action == "slide":
        action = "roll"
    if first in STAYS and name in CRAFT and action == "stand" and not part.relation:
        action = "hover"
    if action == "land" and kind != "flyer":
        action = "fall"
    if action == "slide" and first in ("slide", "slip", "glide") and _is_upright(name, kind):
        action = "skid"
    if first == "take" and action == "launch" and kind in ("walker", "driver"):  # a dog takes off
        action = RUSH[kind]
    if kind == "driver" and action in ("walk", "run", "roll", "hop", "float"):
        action = "drive"
    circles = first == "circle" or part.over
    if kind == "flyer" and (
        (action == "spin" and (circles or name not in CRAFT)) or (action == "bounce" and part.direction)
    ):
        action = "fly"
    if kind == "flyer" and (action in ("run", "drive") or (action == "walk" and name in CRAFT)):
        action = "fly"
    if kind == "swimmer" and name not in BOATS and action in ("drive", "walk", "run"):
        action = "swim"  # a shark cruises
    if name in BOATS and action == "bounce":  # it bobs
        action = "float"
    if name in DRIFTS and action == "fly" and not part.direction:
        action = "float"
    if kind == "walker" and action == "drive":
        action = "walk"
    if name in BOATS and action in ("swim", "drive", "walk", "slide"):
        action = "swim" if verb is not None and verb.value in ("go", "rush", "run") else "float"
    if name in SKY and action in ("stand", "walk", "slide"):
        action = "hover"
    if kind == "thing" and action in ("walk", "drive", "run"):
        action = "slide"
    return action
