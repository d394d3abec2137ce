"""De-obfuscation for matching: homoglyphs, leetspeak, spaced-out and elongated words undone.

Standard library only. What comes out is never sent to a model: `variants` gives several readings, since
"b1g" may be meant as "big" and "1" elsewhere as "l".
"""

from __future__ import annotations

import itertools
import re
import unicodedata

# Letters that look like Latin ones (the part of Unicode's confusables.txt that words are disguised with), lower case.
_LOOKS = {
    "a": "аɑαᴀ", "b": "ьβƅʙ", "c": "сϲᴄ", "d": "ԁđᴅ", "e": "еєεᴇ", "f": "ꜰ", "g": "ɡցɢ", "h": "һħʜ", "i": "іιıɩɪ",
    "j": "јϳᴊ", "k": "κкᴋ", "l": "ӏłɭʟ", "m": "мᴍ", "n": "ηпոɴ", "o": "оοσøօᴏ", "p": "рρᴘ", "q": "ԛ", "r": "гʀ",
    "s": "ѕꜱ", "t": "тτŧᴛ", "u": "υսᴜ", "v": "νѵᴠ", "w": "ԝωшᴡ", "x": "хχ", "y": "уγүʏ", "z": "ᴢ",
}  # fmt: skip
_ALIKE = {ord(look): letter for letter, looks in _LOOKS.items() for look in looks}
_LETTERS_OF = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "€": "e", "£": "l"}
_ONE = ("i", "l")  # what 1, ! and | are read as
_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_TOKEN = re.compile(r"[\w@$€£!|+]+")
_MIXED = re.compile(r"[^\W\d_][0-9@$€£!|+]|[0-9@$€£!|+][^\W\d_]")  # somewhere in a token
_LONG = re.compile(r"[a-z0-9]{64}(?=[a-z0-9])")  # no word is as long; many patterns take the square of a word's length
_HIDDEN = dict.fromkeys((0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0))  # letters and signs that leave nothing on the page
_PLAIN = re.compile(r"\d+(?:st|nd|rd|th|d|k|p|s|m|f|x|fps|mm|px|am|pm|yo)?[.,!?]*|[^\W\d_]+[!+|]+")  # 4k, 1990s, wow!
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_][\W_]+){2,}[^\W_](?![^\W_])")
_GAP = re.compile(r"[\W_]+")
_INSIDE = re.compile(r"(?<=[^\W_])(?:[^\w\s]|_)+(?=[^\W_])")  # any sign within a word: a hyphen, a slash, an emoji
_WORD = re.compile(r"[^\W\d_]+")
# Words that stand beside others all the time: what they make with a neighbour is no word that was cut in two.
_OFTEN = (
    "a about after all an and are as at back be been before black boy but by can cat day dog down each face far "
    "few fire for from full girl glass go good had half hand has have he head her here high him his hot house i "
    "if in into is it its just ken key lady land large last left light like line little long low made make man "
    "many me men more most my new night no not now of off old on one only or other our out over own pen pink play "
    "put red right room run s sea see seen set she side sit small so some stone sun t take tall than that the "
    "their them then there these they this through time to too top two under up us very was water we well were "
    "what when where while white who wide will with woman women wood work year yet you young your"
)
_COMMON = frozenset(_OFTEN.split())
_STRETCHED = re.compile(r"([a-z])\1{2,}")


def folded(text: str) -> str:
    """Lower case, compatibility forms and accents undone, what is invisible taken out, look-alikes made Latin."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_HIDDEN)
    seen = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn", "Cc", "Me") or c in "\n\t")
    return _LONG.sub(lambda match: match[0] + " ", " ".join(seen.translate(_ALIKE).split()))


def readings(text: str) -> tuple[str, ...]:
    """A text as it is and, where that differs, with digits read as letters and spaced letters joined."""
    plain = folded(text)
    joined = (_SPACED.sub(lambda match, how=how: how(match[0]), plain) for how in (_words, _joined))  # type: ignore[misc]
    undone = (
        _TOKEN.sub(lambda match, one=one: _letters(match[0], one), each)  # type: ignore[misc]
        for each in dict.fromkeys(joined)
        for one in _ONE
    )
    return tuple(dict.fromkeys((plain, *undone)))


def variants(text: str) -> tuple[str, ...]:
    """Every reading of a text, the plain one first, without doubles: stretched and hyphenated words undone as well."""
    found = [*readings(text), folded(_CAPITAL.sub(" ", text))]  # someWordsWithoutGaps
    found.append(_neighbours(found[0]))
    found += [_INSIDE.sub("", reading) for reading in found]
    for reading in list(dict.fromkeys(found)):
        found += [_STRETCHED.sub(r"\1\1", reading), _STRETCHED.sub(r"\1", reading)]
    return tuple(dict.fromkeys(found))


def spelled(text: str) -> tuple[str, ...]:
    """What runs of single letters spell, such as `n u d e` or `n.u.d.e`, each without its gaps; digits read as letters.

    Where one word ends and the next begins is lost, so that words have to be looked for inside them.
    """
    runs = [_joined(match[0]) for match in _SPACED.finditer(folded(text))]
    return tuple(dict.fromkeys(_unleet(run, one) for run in runs for one in _ONE))


def _neighbours(text: str) -> str:
    """Each word joined with the next, `na ked wo man` as `naked kedwo woman`; common ones are left out."""
    words = _WORD.findall(text)
    pairs = [a + b for a, b in itertools.pairwise(words) if a not in _COMMON and b not in _COMMON]
    return " ".join(pairs)


def _joined(run: str) -> str:
    return _GAP.sub("", run)


def _words(run: str) -> str:
    """A run of single letters with its gaps taken out, but for those unlike the others: there a word ends."""
    gaps = _GAP.findall(run)
    usual = max(dict.fromkeys(gaps), key=gaps.count)
    return _GAP.sub(lambda match: "" if match[0] == usual else " ", run)


def _letters(token: str, one: str) -> str:
    """A token with digits read as letters if it has letters and digits side by side."""
    return _unleet(token, one) if _MIXED.search(token) else token


def _unleet(word: str, one: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    table = str.maketrans({**_LETTERS_OF, "1": one, "!": one, "|": one, "+": "t"})
    return word.translate(table)
