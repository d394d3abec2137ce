"""Where a new part stands to those before: subject, object of a verb, or partner by a preposition."""

from __future__ import annotations

from dataclasses import replace

from soracli.scenes.story import ALIVE, Part, Telling
from soracli.scenes.vocabulary import Entry
from soracli.world.language import grammar
from soracli.world.language.actors import BALLS, HEADWEAR, HELD, SHADES
from soracli.world.language.verbs import THROWN
from soracli.world.language.vessels import VESSELS

FEASTS = ("christmas", "merry", "halloween", "birthday", "new")
HANDLED = ("fly", "spin", "roll", "bounce", "float", "launch", "grow", "shrink", "drop")  # what is done by the object
PUSHED = {"push": "in front of", "pull": "behind", "drag": "behind", "tow": "behind", "haul": "behind"}
THROWS = {  # what is done to a thing -> how that moves
    **dict.fromkeys(("throw", "fling", "hurl", "lob", "pitch", "pass"), "throw"),
    **dict.fromkeys(("toss", "flip", "juggle"), "toss"),
    **dict.fromkeys(("kick", "punt", "shoot"), "kick"),
    "drop": "drop",
    "catch": "catch",
}
CAUGHT = ("thing", "flyer", "swimmer")  # kinds of what can be caught
STOLEN = ("steal", "snatch", "swipe", "nick", "pinch", "rob")  # what one runs off with
FOR_OTHERS = {"feed": "hand feed"}  # what one does for another, and not for itself
PEEPS = ("peek", "peep", "look", "lean", "poke", "peer")
WITH = ("with", "alongside", "along with", "together with")
OFF = ("from", "off", "out of")
INTO, OUT_OF = ("in", "inside"), ("out of", "from", "from inside")
COMES = frozenset(("appear", "jump", "hop", "stand", "fly", "go", "rush"))  # what one does who is half out of something


def place(state: Telling, index: int, prep: str, word: str) -> None:
    """The new part's place in the story: subject, object or partner."""
    part = state.story.parts[index]
    if state.waiting_change:
        part.changes.add(state.waiting_change)
        state.waiting_change = ""
    if state.joined and not prep and _has_place_of_its_own(state, part):
        state.joined, state.fresh = False, True
    anchors = state.actor if state.verb is not None and state.actor else state.recent or state.subject
    if state.adjacent == "noun" and state.recent:
        anchors = state.recent
    if prep and not anchors:
        state.ahead = (prep, index)
        part.role = "partner"
    elif prep and index not in anchors:
        _stand(state, index, anchors[-1], prep, word)
    elif state.verb is not None and state.actor and not state.joined and not state.fresh and index not in state.actor:
        _object(state, index, state.actor[0])
    elif (
        state.joined and state.recent and not state.fresh and state.adjacent in ("cut", "join", "noun-like")
        and not _begins_clause(state, index)
    ):  # fmt: skip
        _join(state, index)
    elif index not in state.subject:
        state.earlier, state.subject, state.actor, state.verb = state.subject or state.earlier, [index], [index], None
        _ahead(state, index)


def _begins_clause(state: Telling, index: int) -> bool:
    """Whether a part named beside an object or a partner does something itself: climbs a tree, a horse grazes."""
    last, part = state.story.parts[state.recent[-1]], state.story.parts[index]
    if last.role == "subject" or not any(state.story.parts[i].verb is not None for i in state.subject):
        return False
    after = next((state.items[i + 1] for i in range(state.at, len(state.items) - 1)
                  if state.items[i].text == part.said), None)  # fmt: skip
    verb = after.of("verb") if after is not None else None
    return verb is not None and verb.form == ("base" if part.many else "finite")


def _has_place_of_its_own(state: Telling, part: Part) -> bool:
    """Whether who was named before is somewhere, and this one does something: a cow in a field, crows circling."""
    cut, before = state.peek(-1), state.peek(-2)
    if cut is None or before is None or cut.text != "," or not (before.of("place") and state.story.parts):
        return False
    after = [
        b for a, b in zip(state.items[state.at :], state.items[state.at + 1 :], strict=False) if a.text == part.said
    ]
    verb = after[0].of("verb") if after else None
    return verb is not None and verb.form == "doing"


def _ahead(state: Telling, index: int) -> None:
    if state.ahead is not None:
        prep, partner = state.ahead
        _stand(state, partner, index, prep, prep)
        state.ahead = None


def _join(state: Telling, index: int) -> None:
    """Named beside the last: in the same role."""
    last = state.story.parts[state.recent[-1]]
    part = state.story.parts[index]
    if _is_put_on(state, part, last):  # a woman with grey hair and glasses
        part.role, part.relation, part.partner, part.held = "partner", "on", state.recent[-1], True
        return
    kinds = state.vocabulary.pictures
    another = last.held and kinds.get(last.name) == "thing" and kinds.get(part.name) in ALIVE
    if another and state.subject:  # a boy with a kite and a girl
        last = state.story.parts[state.subject[-1]]
    if state.recent[-1] in state.subject or last.role == "subject":
        if last.verb is None and state.verb is None:
            state.subject = [*state.subject, index]
        else:
            state.earlier, state.subject = state.subject, [index]
        state.actor, state.verb = state.subject, None
    else:
        part.role, part.relation, part.partner = last.role, last.relation, last.partner


def _stand(state: Telling, index: int, anchor: int, prep: str, word: str) -> None:
    """`anchor` stands in a relation to the new part `index`, as a preposition says."""
    if state.story.parts[anchor].relation == "on" and state.story.parts[anchor].name in HELD:
        anchor = state.story.parts[anchor].partner  # by a campfire is who holds it, not what is held
    part, other = state.story.parts[index], state.story.parts[anchor]
    part.role = "partner"
    verb = other.verb
    if word == "by" and state.agency is not None:
        part.verb, part.role = state.agency, "subject"
        if state.agency.value in ("chase", "follow"):
            part.relation, part.partner = "chases" if state.agency.value == "chase" else "behind", anchor
        elif not other.relation:
            state.verb, state.actor = state.agency, [index]
            _object(state, anchor, index)
            other.role = "subject" if part.relation == "on" else other.role
        state.agency = None
        return
    if verb is not None and verb.value in THROWN:
        return  # to whom, or at what, it is thrown: that stands somewhere by itself
    if word in ("from", "of") and verb is not None and verb.value in ("run", "rush") and part.name:
        part.verb = part.verb or Entry("verb", "chase", False, "base", "chase")
        part.relation, part.partner, other.role = "chases", anchor, other.role
    elif word in OFF and verb is not None and verb.value == "fall" and part.name:
        other.relation, other.partner = "above", index  # an apple falls from a tree
    elif prep == "above" and verb is not None and verb.value == "meet":  # they fight over it
        part.relation, part.partner = "beside", anchor
    elif prep == "below" and part.name in SHADES and _is_in_hands(state, part, other):
        part.relation, part.partner, part.held = "on", anchor, True
    elif prep == "below":
        part.relation, part.partner = "below", anchor
    elif grammar.singular(part.said).partition(" ")[0] in FEASTS:
        part.relation, part.partner = "beside", anchor  # on Halloween
    elif _is_put_on(state, part, other) and (word in WITH or word in ("in", "inside")):
        part.relation, part.partner, part.held = "on", anchor, True  # the cat in the hat
    elif word in WITH or other.relation:
        held = word in WITH and part.count < 2 and not part.many and _is_in_hands(state, part, other)
        part.verb, part.held = part.verb or (None if held else verb), word in WITH
        part.relation, part.partner = "on" if held else "in front of" if part.name in BALLS else "beside", anchor
    elif prep == "on" and _rides(state, part, verb):  # a man drives on a motorcycle
        other.relation, other.partner = "on", index
        other.verb, part.verb = Entry("verb", "stand", False, "base", "ride"), part.verb or verb
    elif word in OUT_OF and part.name in VESSELS and verb is not None and verb.value in COMES:
        other.relation, other.partner, other.within = "on", index, True
        if verb.lemma in PEEPS:
            other.verb = verb._replace(value="stand")
    elif prep == "on" and word in INTO and not other.verb and part.partner < 0:
        other.relation, other.partner, other.within = "on", index, True
    else:
        other.relation, other.partner, other.within = prep, index, word in INTO
        for more in state.subject:
            if anchor in state.subject and not state.story.parts[more].relation:
                state.story.parts[more].relation, state.story.parts[more].partner = prep, index
                state.story.parts[more].within = word in INTO


def _object(state: Telling, index: int, actor: int) -> None:
    """What the last verb is done to."""
    part, doer, verb = state.story.parts[index], state.story.parts[actor], state.verb
    assert verb is not None
    part.role = "object"
    lemma = verb.lemma.split()[0]
    deeds = state.vocabulary.deeds.get(lemma, frozenset())
    if verb.lemma.endswith(" out") and part.name in VESSELS:  # a rabbit pops out of a hat
        part.role, doer.relation, doer.partner, doer.within = "partner", "on", index, True
    elif verb.value == "chase":
        doer.relation, doer.partner = "chases", index
        part.verb = part.verb or Entry("verb", "rush", False, "base", "flee")
    elif verb.value == "meet":
        doer.relation, doer.partner = "meets", index
        part.verb = part.verb or verb
    elif verb.value == "follow":
        doer.relation, doer.partner = "behind", index
        part.verb = part.verb or Entry("verb", "go", False, "base", "go")
    elif verb.value == "rush":  # a dolphin races a boat
        part.verb, part.relation, part.partner = part.verb or verb, "beside", actor
    elif lemma in THROWS and not part.verb and doer.name and _is_thrown(state, part, lemma):
        part.verb, part.relation, part.partner = (
            Entry("verb", THROWS[lemma], False, "base", lemma),
            "in front of",
            actor,
        )
        doer.verb = Entry("verb", "stand", True, "base", lemma)
    elif lemma in STOLEN and part.name and doer.name and state.vocabulary.pictures.get(part.name) == "thing":
        _steal(state, part, actor, lemma)
    elif lemma == "score" and part.name:
        doer.verb = doer.verb or verb  # the goal stands apart
    elif verb.value in HANDLED and _handles(state, doer, part):  # a boy flies a kite
        part.verb, doer.verb = part.verb or verb, Entry("verb", "stand", True, "base", lemma)
        part.relation, part.partner = "beside", actor
    elif lemma in PUSHED and not part.verb:  # a man pushes a cart
        part.verb, part.relation, part.partner = Entry("verb", "go", False, "base", "go"), PUSHED[lemma], actor
    elif "rides" in deeds and doer.name and part.name:
        doer.relation, doer.partner = "on", index
        doer.verb, part.verb = (
            Entry("verb", "stand", False, "base", "ride"),
            part.verb or Entry("verb", "go", False, "base", "go"),
        )
    else:
        _acted_on(state, index, actor, lemma)


def _acted_on(state: Telling, index: int, actor: int, lemma: str) -> None:
    """What something is done to that asks for no verb of its own: it is beside who does it, or in its hands."""
    part, doer, verb = state.story.parts[index], state.story.parts[actor], state.verb
    deeds = state.vocabulary.deeds.get(lemma, frozenset())
    if lemma == "read" and part.name == "closed book":
        part.name = "open book"
    if lemma in FOR_OTHERS:
        _serve(state, doer, part, lemma)
    part.held = lemma == "wear" or "holds" in deeds
    held = part.held and part.count < 2 and _is_in_hands(state, part, doer)
    part.relation, part.partner = ("on" if held or lemma in ("wear", "balance") else "beside"), actor
    if lemma == "climb" and part.name and not doer.relation:
        doer.relation, doer.partner, part.relation, part.partner = "on", index, "", -1
    if lemma == "wear" and part.many and not part.count:
        _give_to_each(state, part)
    if part.name in BALLS:
        part.relation, part.verb = "in front of", part.verb or Entry("verb", "bounce", False, "base", "bounce")
    if lemma in ("paint", "draw"):
        part.changes.add("painted")
    if "bitten" in deeds:
        part.changes.add("bitten")
    if lemma == "walk":
        part.verb = part.verb or verb


def _steal(state: Telling, part: Part, thief: int, lemma: str) -> None:
    """One runs off with a part in its hands."""
    part.relation, part.partner, part.held = "on", thief, True
    state.story.parts[thief].verb = Entry("verb", "rush", False, "base", lemma)
    state.story.shown = [row for row in state.story.shown if row[0][:4] != lemma[:4]]


def _serve(state: Telling, doer: Part, part: Part, lemma: str) -> None:
    """One does for a part what else it does for itself: a horse that is fed eats."""
    state.story.shown = [row for row in state.story.shown if row[0][:4] != lemma[:4]]
    if doer.verb is not None:
        doer.verb = doer.verb._replace(lemma=FOR_OTHERS[lemma])
    if state.vocabulary.pictures.get(part.name) in ALIVE:
        part.verb = part.verb or Entry("verb", "stand", False, "base", "eat")


def _is_thrown(state: Telling, part: Part, lemma: str) -> bool:
    """Whether a part is a thing that can be thrown; what lives in the air or the water can be caught as well."""
    kind = state.vocabulary.pictures.get(part.name)
    return kind == "thing" or (lemma == "catch" and kind in CAUGHT)


def _give_to_each(state: Telling, part: Part) -> None:
    """Each of several wears one of its own: a cat and a dog in hats."""
    for k, i in enumerate(state.actor):
        doer = state.story.parts[i]
        count = doer.count or (3 if doer.many else 1)
        if k == 0:
            part.count = count
        else:
            state.story.parts.append(replace(part, partner=i, count=count, changes=set(), then=[]))


def _rides(state: Telling, part: Part, verb: Entry | None) -> bool:
    """Whether one who drives or rides does so on a part: a vehicle, with nothing else that is driven."""
    deeds = state.vocabulary.deeds.get(verb.lemma.split()[0], frozenset()) if verb is not None and verb.lemma else ()
    return "rides" in deeds and state.vocabulary.pictures.get(part.name) in ("driver", "walker")


def _is_put_on(state: Telling, part: Part, other: Part) -> bool:
    """Whether a part is what is worn on the head, and the other somebody who may wear it."""
    return part.name in HEADWEAR and state.vocabulary.pictures.get(other.name) in ALIVE


def _is_in_hands(state: Telling, part: Part, holder: Part) -> bool:
    """Whether a part is what the other can hold in its hands."""
    return part.name in HELD and state.vocabulary.pictures.get(holder.name) in ("walker", "flyer")


def _handles(state: Telling, doer: Part, part: Part) -> bool:
    """Whether one makes the other do what only that can: a thing, or what flies by one that does not."""
    kinds = state.vocabulary.pictures
    return kinds.get(part.name) in ("thing", "flyer", "driver") and kinds.get(doer.name) in ("walker", "swimmer")
