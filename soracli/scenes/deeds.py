"""Deeds that a picture of its own shows, or that say where somebody is."""

from __future__ import annotations

from soracli.scenes.story import Story
from soracli.world.language.verbs import THROWN

SLEEPS = frozenset(("sleep", "nap", "snooze", "doze", "slumber", "snore", "asleep", "fast asleep", "sound asleep",
                    "fall asleep", "take a nap", "have a nap", "doze off", "curled up asleep"))  # fmt: skip
SITS = frozenset(("sit", "sit down", "squat", "perch", "rest", "watch", "wait"))
RESTING = {  # who has pictures at rest: what they are called, and their colour
    "cat": (("sleeping cat", "sitting cat"), ""),
    "black cat": (("sleeping cat", "sitting cat"), "black"),
    "dog": (("sleeping dog", "sitting dog"), ""),
}
OWN = {  # what pictures do in their own loop, so that nobody need be told that they do not
    "sleeping cat": SLEEPS, "sleeping dog": SLEEPS, "sitting cat": SITS, "sitting dog": SITS,
    "flag": frozenset(("wave", "flutter", "fly", "blow")), "geyser": frozenset(("erupt", "shoot", "spout")),
    "kettle": frozenset(("boil", "steam", "whistle")), "excavator": frozenset(("dig", "work")),
    "spinning top": frozenset(("spin", "turn", "twirl", "whirl", "rotate", "revolve", "go round")),
    "waterfall": frozenset(("flow", "fall", "cascade", "plunge", "pour", "rush")),
    "aurora": frozenset(("dance", "glow", "shimmer", "shine", "wave", "flicker")),
    "crystal": frozenset(("glow", "sparkle", "glitter", "shine", "glint")),
    **dict.fromkeys(("lantern", "street lamp"), frozenset(("glow", "shine", "flicker", "burn", "light"))),
}  # fmt: skip
BRIDGES = frozenset(("stone bridge",))


def by_themselves(story: Story) -> None:
    """Who sleeps or sits is a picture of one that does; what a picture does in its own loop is no stand-in for it."""
    for part in story.parts:
        verb = part.verb
        if verb is None:
            continue
        pictures, colour = RESTING.get(part.name, ((), ""))
        for picture in pictures:
            if verb.lemma in OWN[picture] and not part.then:
                part.name, part.colour = picture, part.colour or colour
        if verb.value in THROWN:
            story.shown[:] = [row for row in story.shown if not row[0].startswith(verb.lemma[:3])]
        if verb.lemma in OWN.get(part.name, ()):
            part.verb = verb._replace(value="stand")
            story.shown[:] = [row for row in story.shown if not row[0].startswith(verb.lemma[:3])]


def across(story: Story) -> None:
    """Who crosses a bridge is on it."""
    for index, bridge in enumerate(story.parts):
        who = story.parts[bridge.partner] if bridge.name in BRIDGES and bridge.partner >= 0 else None
        if who is not None and bridge.relation == "beside" and who.verb is not None and who.verb.lemma == "cross":
            who.relation, who.partner = "on", index
            bridge.relation, bridge.partner = "", -1
