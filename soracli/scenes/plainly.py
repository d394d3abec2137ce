"""The many ways to say which way somebody goes or looks, and that somebody stops, in plain words. Patterns only."""

from __future__ import annotations

import re

from soracli.prompts import english
from soracli.scenes.vocabulary import TENS, UNITS, numbers

_SIDE = r"(?:the |its |his |her |their )?(?:far |very |extreme )?(left|right)(?:[ -]?hand|[ -]?most)?"
_LEFT, _RIGHT = (_SIDE.replace("(left|right)", way) for way in ("left", "right"))
_BODY = r"(?:with )?(?:its |his |her |their |the )?(?:own )?"
_FRONT = _BODY + (
    r"(?:nose|snout|beak|bill|muzzle|head|face|trunk|bonnet|hood|bow|prow|front(?: end)?|headlights|headlamps|bumper"
    r"|grille|cab|cockpit|nosecone|nose cone|eyes|gaze|chest|horns|antlers|ears)"
)
_TURNED = r" (?:is )?(?:on|at|to|towards?|pointing|pointed|turned|facing)(?: to| towards?)? "
_REAR = _BODY + (
    r"(?:tail|rear(?: end)?|(?<=with |.its |.his |.her |heir |.the |.own )back|back end|backside|bottom|stern|trunk lid"
    r"|boot|exhaust|tail ?lights?|rump)"
)
_PART = r"(?: (?:side|edge|border|end|corner|part|half|margin))?"
_OF = r"(?: of (?:the |my |our )?(?:whole )?(?:frame|screen|image|picture|shot|view|scene|video|clip))?"
_SHOT = r"(?:stage|frame|screen|camera|picture|shot)"
_EDGE = r"(?:[ -]?hand)? (?:side|edge|border|end|corner|margin)"
_TENS, _UNITS = "|".join(TENS), "|".join(sorted(UNITS, key=len, reverse=True))
AGE = re.compile(rf"\b((?:{_TENS})(?:[ -](?:{_UNITS}))?|(?:{_UNITS})|\d+)[ -]years?[ -]old(s?)\b( [a-z]+)?")
OLD, GROWN = 60, 18  # years from which somebody is old, and no child
WAYS = (  # a pattern, and the plain words, which are never longer
    (re.compile(rf"\b(left|right){_EDGE} to (?:the )?(left|right){_EDGE}\b"), r"\1 to \2"),
    (
        re.compile(r"\bstart(?:s|ing) (left|right),? (?:and )?(?:ends|ending|finishes|finishing) (left|right)\b"),
        r"\1 to \2",
    ),
    (
        re.compile(
            rf"\b(?:enter|com|appear|arriv|emerg)(?:e?s|ing)(?: in)? (?:from )?(?:{_SHOT} )?(left|right)\b(?! to\b)"
        ),
        r"from \1",
    ),
    (
        re.compile(rf"\b(?:leav|exit)(?:e?s|ing) the (?:{_SHOT}|scene) (?:on|at|to|by) {_SIDE}{_PART}{_OF}(?![\w-])"),
        r"leaves \1",
    ),
    (
        re.compile(
            rf"\b(?:facing|faces|(?:watching|eyeing) something on|eyes (?:fixed )?on) {_SIDE}{_PART}{_OF}(?![\w-])"
        ),
        r"to the \1",
    ),
    (re.compile(r"\b(left|right)facing\b"), r"to \1"),
    (re.compile(r"\b(?:the )?direction(?: is|:) (left|right)\b"), r"to the \1"),
    (re.compile(r"\bon (?:its|his|her|their|the) way (left|right)\b"), r"to the \1"),
    (re.compile(rf"\bfrom {_SIDE}{_PART}{_OF} to {_SIDE}{_PART}{_OF}(?![\w-])"), r"from \1 to \2"),
    (re.compile(rf"(?<!left )(?<!right )\b(?:to|towards?) {_SIDE}{_PART}{_OF}(?![\w-])"), r"to the \1"),
    (re.compile(rf"\bfrom {_SIDE}{_PART}{_OF}(?![\w-])(?! to\b)"), r"from the \1"),
    (
        re.compile(
            rf"\b(?:(?:goes|going) (?:out|off) (?:on|at|to)|(?:runs|running|walks|walking) (?:out|off) (?:on|at))"
            rf" {_SIDE}{_PART}{_OF}(?![\w-])"
        ),
        r"leaves \1",
    ),
    (
        re.compile(
            rf"\b(?:start|begin)(?:s|ning|ing) (?:on|at|from) {_SIDE}{_PART}{_OF},?(?: and| then)?"
            rf" (?:ends|ending|finishing|finishes) (?:up )?(?:on|at) {_SIDE}{_PART}{_OF}(?![\w-])"
        ),
        r"from \1 to \2",
    ),
    (re.compile(r"\b(left|right)(?:-| )?bound\b"), r"to the \1"),
    (
        re.compile(
            r"\b(?:slides|skids|grinds|screeches|rolls|draws|slows|glides|trots|drifts|coasts|shudders)"
            r" to an? (?:sudden |abrupt |slow |full |complete )?(?:halt|stop|standstill)\b"
        ),
        "stops",
    ),
    (
        re.compile(
            r"\b(?:a|the|my|our) (?:whole |happy |young |big )?family\b(?! (?:of|dog|cat|car|pet|home|house|member))"
        ),
        "people",
    ),
    (re.compile(r"\b(?:as )?still as (?:an? )?[a-z]+\b"), "unmoving"),
    (re.compile(r"\b(?:disco|line|belly|tap|break|folk|square|ballet|salsa)[ -](?=danc(?:es?|ing|ed)\b)"), ""),
    (re.compile(r"\bturns? (left|right)\b"), r"go \1"),
    (re.compile(r"\bturning (left|right)\b"), r"going \1"),
    (re.compile(r"(?<=[a-z])'s (?:(?:daily|everyday|busy|secret) )?(?:life|adventures?|journey|routine)\b"), ""),
    (
        re.compile(
            r"\b(take|takes|taking|took|have|has|having|had|go for|goes for|going for) a (?:pleasant|leisurely|quick"
            r"|short|little|long|nice|peaceful|gentle|brisk|relaxing|quiet|slow|lovely) (stroll|walk|nap|run|jog|rest"
            r"|break|swim|bath|shower|sleep|drink)\b"
        ),
        r"\1 a \2",
    ),
    (re.compile(r"\bwhose (hair|eyes?|nose|tail|wings|fur|face|mane|beard) (?:is|are) ([a-z]+)\b"), r"with \2 \1"),
    (
        re.compile(
            r"\b(man|woman|lady|gentleman|person|couple) in (?:his|her|their) (?:early |mid |late |mid-)?"
            r"(?:sixties|seventies|eighties|nineties|[6-9]0'?s)\b"
        ),
        r"old \1",
    ),
    (
        re.compile(
            r"\b(man|woman|lady|gentleman|person|couple) in (?:his|her|their) (?:early |mid |late |mid-)?"
            r"(?:teens|twenties|thirties|forties|fifties|[1-5]0'?s)\b"
        ),
        r"\1",
    ),
    (re.compile(r"^\s*what (?:(?:would|will|could|might) happen )?(?:if|when)\b"), ""),
    (re.compile(r"^\s*(?:what|how) (?:do|does|did|would|will|might|could) (?=.*\blooks?(?: like)?\W*$)"), ""),
    (re.compile(r"(?<=.)(?<!to )\blook like(?=\W*$)"), ""),
    (re.compile(r"\bfrom (?:the )?east to (?:the )?west\b"), "to the left"),  # as on a map
    (re.compile(r"\bfrom (?:the )?west to (?:the )?east\b"), "to the right"),
    (
        re.compile(rf"\b{_FRONT}{_TURNED}{_SIDE}{_PART}{_OF}(?![\w-])"),
        r"to the \1",
    ),
    (
        re.compile(
            rf"\b{_REAR}{_TURNED}{_RIGHT}{_PART}{_OF}"
            r"(?![\w-])"
        ),
        "to the left",
    ),
    (
        re.compile(
            rf"\b{_REAR}{_TURNED}{_LEFT}{_PART}{_OF}"
            r"(?![\w-])"
        ),
        "to the right",
    ),
    (re.compile(r"\b(?:in |into )?(?:the )?direction(?: of)? (?:the )?(left|right)\b"), r"to the \1"),
    (re.compile(r"\b(?:in |into )?(?:a |the )?(left|right)(?:ward)? direction\b"), r"to the \1"),
)


def plain(text: str) -> str:
    """A text in lower case with the plain words, of the same length."""
    text = AGE.sub(_aged, text)
    for pattern, words in WAYS:
        text = pattern.sub(lambda match, words=words: match.expand(words).ljust(len(match[0])), text)  # type: ignore[misc]
    return text


def _aged(match: re.Match[str]) -> str:
    """An age in plain words: of the old, and of those of whom nothing else is said: a five year old sings."""
    age, many, after = numbers().get(match[1].replace("-", " "), GROWN), match[2], match[3] or ""
    before = match.string[: match.start()].split()[-1:]
    ends = not after or after[1:] in english.BREAKERS or after.endswith(("ing", "s"))
    alone = many or (ends and before and before[0] in (*numbers(), "a", "an", "the", "my", "our", "this"))
    words = "old" if age >= OLD else ""
    if alone:
        words += " people" if many and words else " person" if age >= GROWN else "children" if many else "child"
    return words.strip().ljust(len(match[0]) - len(after)) + after
