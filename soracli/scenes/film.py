"""How a prompt says that it is filmed and drawn: camera, style, size of shot, and words of praise. Patterns only."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from typing import NamedTuple

from soracli.scenes.vocabulary import tables

_THE = r"(?:the )?(?:camera|shot|cam|lens|view)"
_SLOW = r"(?:(?:slow(?:ly)?|fast|quick(?:ly)?|gentl[ey]|smooth(?:ly)?|gradual(?:ly)?)[ -])?"
_ON = r"(?:(?: view)?(?: shot)?(?: on| to| towards?| from| of| at| into)\b)?"
_SIDE = r"(?:to the |towards the |from (?:the )?{back} to (?:the )?|across to the )?{way}(?:wards?)?"


def _pan(way: str, back: str) -> str:
    side = _SIDE.format(way=way, back=back)
    return (
        rf"(?:{_THE} )?{_SLOW}(?:pan(?:s|ning)?|turn(?:s|ing)?(?<=camera turns)|swipe)(?: shot)? {_SLOW}{side}"
        rf"|{_THE} (?:turns|swings|moves) {_SLOW}{side}|{way} pan(?: shot)?|shot panning {side}"
    )


CAMERAS = {
    "zoom in": rf"(?:{_THE} )?{_SLOW}(?:zoom|push|dolly|dollie|rack)(?:s|es|ing)?[ -]{_SLOW}in{_ON}(?: shot)?"
    rf"|{_THE} {_SLOW}(?:mov|com|go|glid|push)(?:e|es|s|ing) {_SLOW}(?:in|closer|forwards?|nearer){_ON}"
    rf"|zoom(?: on| at)",
    "zoom out": rf"{_THE} {_SLOW}pans {_SLOW}out"
    rf"|(?:{_THE} )?{_SLOW}(?:zoom|pull|dolly|dollie)(?:s|es|ing)?[ -]{_SLOW}(?:out|back){_ON}(?: shot)?"
    rf"|{_THE} {_SLOW}(?:mov|com|go|glid|pull)(?:e|es|s|ing) {_SLOW}(?:away|back|backwards?|out){_ON}",
    "pan left": _pan("left", "right"),
    "pan right": _pan("right", "left"),
    "tilt up": rf"(?:{_THE} )?{_SLOW}tilt(?:s|ing)?[ -]{_SLOW}up(?:wards?)?(?: shot)?(?: from)?|{_THE} looks up",
    "tilt down": rf"(?:{_THE} )?{_SLOW}tilt(?:s|ing)?[ -]{_SLOW}down(?:wards?)?(?: shot)?(?: from)?|{_THE} looks down",
    "orbit": rf"orbit(?:s|ing)? (?:shot|camera)(?: around)?|{_THE} {_SLOW}(?:orbits?|circles?|rotates?|spins?)"
    rf"(?: all)? ?(?:around|round|(?:anti|counter)?-?clockwise)?"
    rf"|{_THE} {_SLOW}moves (?:all )?(?:around|round|in a circle)"
    r"|circling shot|360(?:[ -]degree)? (?:shot|view|camera)|arc shot",
    "handheld": r"(?:filmed |shot )?(?:with an? )?(?:shaky )?hand-?held(?: camera| shot| footage| style)?"
    rf"|shaky(?: cam(?:era)?| footage| shot)?|{_THE} shakes",
    "tracking": rf"(?:side )?(?:tracking|following|travelling|traveling|trucking) (?:shot|camera)(?: following| of)?"
    rf"|{_THE} (?:is )?{_SLOW}(?:follow(?:s|ing)?|track(?:s|ing)?|moves along"
    rf"|keeps pace)(?: along)?(?: with (?:them|it|him|her))?"
    r"|follow(?:ing)? cam|follow shot|steadicam(?: shot)?|tracking",
    "static": rf"(?<!is )(?<!are )(?<!was )(?<!remains )(?<!stays )static(?: wide)?(?: camera| shot)?"
    rf"|(?:fixed|locked[- ]off|locked|stationary)(?: wide)?(?: camera| shot)|still camera(?: shot)?"
    rf"|{_THE} (?:stands|stays|is|remains|does not move|doesn't move)(?: still| fixed| static)?|(?:on a )?tripod",
}
NEAR_CAMERAS = {
    "pan right": r"(?:the )?camera pans?(?:ning)?|pan(?:ning)? (?:shot|across|over)|^pan\b",
    "tracking": r"dolly(?:ing)?(?: shot| along| alongside)?|crane shot|whip pan"
    rf"|{_THE} {_SLOW}(?:fl(?:ies|ying)|glid(?:es|ing)|mov(?:es|ing)|travels|travelling|floats|drifts|races|runs)"
    r" (?:slowly |quickly |smoothly )?(?:along|alongside|past|over|across)",
    "zoom in": rf"{_THE} {_SLOW}(?:fl(?:ies|y|ying)|glid(?:es|ing)|mov(?:es|ing)|travels|travelling|floats|drifts|races"
    r"|push(?:es|ing)|walks|dives) (?:slowly |quickly |smoothly )?(?:through|into|towards?|forwards?|inside)"
    r"|(?:drone|fpv)(?: (?:shot|view|footage|camera|video))+(?: over| of)?",
    "": rf"{_THE} {_SLOW}(?:booms?|rises|cranes|descends|lowers|lifts|swoops)(?: up| down)?|"
    r"(?:aerial|drone|fpv|bird'?s[- ]eye|helicopter|overhead|top[- ]down|low[- ]angle|high[- ]angle|dutch[- ]angle|"
    r"over[- ]the[- ]shoulder|pov|first[- ]person|point of view|wide[- ]angle|fish-?eye|eye[- ]level|crane|satellite)"
    r"(?: (?:shot|view|footage|camera|angle|perspective|lens|video))+(?: of)?"
    r"|aerial|fpv|pov|bird'?s[- ]eye|top[- ]down|first[- ]person|wide[- ]angle|over[- ]the[- ]shoulder|"
    r"(?:low|high|dutch)[- ]angle",
}
SIZES = {
    "close": r"(?:extreme |tight )?close[- ]?ups?(?: shot| view)?|macro(?: shot)?|close view|portrait of|zoomed in",
    "wide": r"(?:extreme |very )?(?:wide|long|establishing|distant|far)[- ](?:shot|view)|from (?:far away"
    r"|afar|a distance)",
}
_STYLE = (
    r"(?:[- ]?(?:style|art|animation|cartoon|painting|drawing|look|aesthetic|film|movie|footage|clip"
    r"|video|toned|tones|colou?rs|graphics|effect|illustration|version|game|setting))*"
)
_LEAD = r"(?:in (?:an? )?|as (?:an? )?|like (?:an? )?|rendered in |made (?:of|from|in) |drawn in |painted in )?"
_NO_PLACE = (  # a city that is lit so, not a way to draw
    r"(?![- ](?:(?:lit|filled|soaked)[- ])?(?:cit(?:y|ies)|cityscapes?|streets?|alleys?|alleyways?|lights?|lit|signs?"
    r"|signage|glow|districts?|towns?|downtown|metropolis|nightlife|billboards?|skylines?|world|and)(?![\w-]))"
)
STYLES = {
    "noir": rf"{_LEAD}(?:film[- ]noir|noir|monochrome|b&w|b/w){_STYLE}"
    rf"|{_LEAD}black[- ](?:and|&)[- ]white(?:[- ](?:style|film|movie|footage|clip|video|photo|shot|picture)"
    rf"|(?=\s*(?:$|[,.;:])))",
    "pixel": rf"{_LEAD}(?:pixel(?:ated|ed|s)?|8-?bit|16-?bit|retro (?:video )?game|minecraft){_STYLE}"
    r"|in the style of an old video game",
    "watercolour": rf"{_LEAD}(?:water-?colou?rs?|aquarelle){_STYLE}|painted in water-?colou?rs?",
    "sepia": rf"{_LEAD}(?:old )?sepia{_STYLE}|{_LEAD}(?:an )?old (?:film|movie)|vintage (?:film|movie|footage)",
    "neon": rf"{_LEAD}(?:glowing )?neon{_STYLE.removesuffix('*')}+|in (?:glowing )?neon(?=\s*(?:$|[,.;:]))"
    rf"|(?<!with )(?<!of )(?<!glowing )neon{_NO_PLACE}|{_LEAD}synthwave{_STYLE}",
    "flat": rf"{_LEAD}(?:flat|vector)(?:[- ](?:2d|design|cartoon|style|vector|art|animation|colou?rs|illustration))+"
    rf"|{_LEAD}flat(?=\s*(?:$|[,.;]))|2d cartoon|{_LEAD}vector (?:art|graphics)",
    "line": rf"{_LEAD}(?:line[- ](?:art|drawing)s?|ink drawing|drawn in lines|outline drawing|black line art){_STYLE}",
    "claymation": rf"{_LEAD}(?:clay ?mation|stop[- ]?motion(?: clay)?|clay|plasticine|play-?doh){_STYLE}",
    "3d": rf"{_LEAD}3[- ]?d{_STYLE}(?: render)?",
}
NEAR_STYLES = {
    "watercolour": rf"{_LEAD}(?:impressionist|van gogh|monet|gouache)(?:[- ]?(?:style|painting|paint|painted))*"
    rf"|{_LEAD}(?:oil|acrylic|pastel|fresco)(?:[- ](?:on canvas|style|painting|paints?|painted))+"
    r"|in the style of (?:van gogh|monet)|painting(?= of)",
    "flat": rf"{_LEAD}(?:anime|manga|cartoon|comic(?: book)?|studio ghibli|ghibli|disney|south park|simpsons"
    rf"|paper cut-?out){_STYLE}",
    "line": rf"{_LEAD}(?:pencil|charcoal|chalk|crayon)(?:[- ](?:sketch|drawing|style|art|animation))+"
    r"|(?:drawn |sketched )?(?:in|with) (?:pencil|charcoal|chalk|crayons?)(?=\s*(?:$|[,.;]))"
    rf"|{_LEAD}(?:hand-drawn|doodle)(?:[- ]?(?:sketch|drawing|style))*"
    rf"|sketch(?= of)|drawing(?= of)",
    "neon": rf"{_LEAD}(?:cyberpunk|vaporwave|tron|blade runner){_NO_PLACE}{_STYLE}",
    "sepia": rf"{_LEAD}(?:vintage(?= (?:look|style|photo|aesthetic|clip|video)|\s*(?:$|[,.;]))"
    rf"|1920s|silent (?:film|movie)|old-timey|retro film){_STYLE}",
    "3d": rf"{_LEAD}(?:pixar|dreamworks|cgi|unreal engine|octane render){_STYLE}",
    "": rf"(?:lego|origami|steampunk|wes anderson|tarantino|gothic|art deco|low[- ]?poly|ukiyo-e|graffiti"
    rf"|mosaic|felt|knitted){_STYLE}"
    r"|(?:in|with) (?:the |an? )?style of (?:an? |the )?[\w'-]+(?: [\w'-]+){0,2}(?=\s*(?:$|[,.;]))"
    r"|(?:(?<=^)|(?<=, )|(?<=\. ))(?:in |an? )*[\w'-]+(?: [\w'-]+){0,2} style(?=\s*(?:$|[,.;]))",
}
PRAISE = (  # of which nothing can be seen
    r"cinematic|photo-?realistic|hyper-?realistic|realistic|ultra[- ]?realistic|masterpiece|(?:highly|ultra"
    r"|very|super) "
    r"detailed|detailed|award[- ]winning|trending on artstation|best quality|high[- ]quality|4k|8k|hdr?|full hd|1080p|"
    r"720p|uhd|60 ?fps|imax|70mm|35mm(?: film)?|shallow depth of field|bokeh|lens flare|dramatic lighting|epic|"
    r"(?:shot|filmed|recorded|captured|taken) (?:on|with|using) (?:an? |my )?(?:[\w-]+ ){0,2}"
    r"(?:camera|film|i?phone|lens|dslr|drone|camcorder|gopro)|"
    r"volumetric light(?:ing)?|slow[- ]?mo(?:tion)?|(?:in )?slow motion|time[- ]?lapse|hyper-?lapse|sharp focus"
)
EVENTS = {
    "bitten": r"(?:with )?(?:an? |one |two |several |some |large |big )*bites? (?:is |are |was |being "
    r"|gets? )*(?:taken )?(?:out )?"
    r"(?:of|from)|tak(?:es|e|ing) (?:an? )?(?:big |small |huge )?bites? (?:out )?of|(?:bites?|biting) (?:into"
    r"|in|off|at)",
    "eaten": r"(?:is |are |being |gets? |getting |been )+(?:slowly |quickly )?(?:eaten|devoured|munched)(?: up| away)?",
    "painted": r"(?:is |are |being |gets? |getting |been )+(?:slowly )?(?:painted|drawn)(?= )",
}


class Filmed(NamedTuple):
    """slot: `camera`, `style`, `size`, `time`, `praise` or `event` (a lasting change, value: what kind).

    value: empty if it cannot be shown. near: to be said in a note.
    """

    slot: str
    value: str
    near: bool
    start: int
    text: str


WORD = re.compile(r"\s+([^\W_]+)")
OWN = re.compile(r"(?<=\w)['’]s (?:face|head|eyes?|nose|mouth|snout|muzzle|ears?|fur)(?!\w)")  # of what is shown whole


def hours() -> dict[str, str]:
    """Times of day as stories tell them -> one pattern each: the lists [hours.told] of words.toml."""
    table = tables()[0]["hours"]
    parts = {name: f"(?:{'|'.join(some)})" for name, some in table["parts"].items()}
    return {time: "|".join(some).format_map(parts) for time, some in table["told"].items()}


@cache
def _patterns() -> tuple[tuple[str, str, bool, re.Pattern[str]], ...]:
    rows = [("camera", CAMERAS, False), ("camera", NEAR_CAMERAS, True), ("size", SIZES, False),
            ("style", STYLES, False), ("style", NEAR_STYLES, True), ("praise", {"": PRAISE}, True),
            ("time", hours(), False), ("event", EVENTS, False)]  # fmt: skip
    return tuple(
        (slot, value, near, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"))
        for slot, table, near in rows
        for value, pattern in table.items()
    )


def filmed(text: str, things: Container[str] = ()) -> tuple[list[Filmed], str]:
    """What a text in lower case says of camera and style, and the text with that struck out at its full length.

    things: names of two words; a style that is the first word of one is none: an oil lamp.
    """
    found: list[Filmed] = []
    for slot, value, near, pattern in _patterns():
        said = [match for match in pattern.finditer(text) if slot != "style" or not _begins_one(match, things)]
        for match in said:
            found.append(Filmed(slot, value, near, match.start(), match[0].strip()))
            text = text[: match.start()] + "\x00" * len(match[0]) + text[match.end() :]
    text = OWN.sub(lambda match: " " * len(match[0]), text)
    return sorted(found, key=lambda row: row.start), text


def _begins_one(match: re.Match[str], things: Container[str]) -> bool:
    after = WORD.match(match.string, match.end())
    return after is not None and f"{match[0].split()[-1]} {after[1]}" in things
