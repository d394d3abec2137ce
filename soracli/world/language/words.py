"""The words of the world: its actors, what they do, and how people say it. Tables, and the reader of a longer list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from soracli.errors import MediaError

Words = Mapping[str, tuple[str, ...]]

ACTORS: Words = {
    "dog": ("dog", "puppy", "hound", "doggy"),
    "cat": ("cat", "kitten", "kitty", "house cat"),
    "elephant": ("elephant", "grey elephant", "young elephant", "African elephant"),
    "automobile": ("car", "automobile", "passenger car", "sedan", "hatchback"),
    "horse": ("horse", "brown horse", "stallion", "pony", "mare"),
    "butterfly": ("butterfly", "monarch butterfly", "orange butterfly", "winged insect"),
    "T-Rex": ("T-Rex", "tyrannosaurus", "dinosaur", "tyrannosaurus rex", "green dinosaur"),
    "rocket": ("rocket", "rocket ship", "space rocket", "spaceship"),
    "cow": ("cow", "dairy cow", "spotted cow", "Holstein cow"),
    "bus": ("bus", "coach", "city bus", "school bus"),
    "rabbit": ("rabbit", "bunny", "hare", "bunny rabbit"),
    "turtle": ("turtle", "tortoise", "green turtle", "terrapin"),
    "penguin": ("penguin", "small penguin", "emperor penguin", "Antarctic penguin"),
    "sailboat": ("sailboat", "sailing boat", "yacht", "sailing ship"),
    "owl": ("owl", "brown owl", "night owl", "wise owl"),
    "giraffe": ("giraffe", "spotted giraffe", "tall giraffe", "long-necked giraffe"),
    "zebra": ("zebra", "striped zebra", "black and white zebra", "plains zebra"),
    "tiger": ("tiger", "striped tiger", "Bengal tiger", "big cat"),
    "pig": ("pig", "pink pig", "piglet", "hog"),
    "rooster": ("rooster", "cockerel", "chicken", "farm rooster"),
    "fire engine": ("fire engine", "fire truck", "red fire truck", "fire brigade truck"),
    "helicopter": ("helicopter", "chopper", "rescue helicopter", "copter"),
    "tractor": ("tractor", "farm tractor", "farming tractor", "farm machine"),
    "airplane": ("airplane", "aeroplane", "plane", "jet", "passenger plane", "aircraft"),
    "dolphin": ("dolphin", "blue dolphin", "bottlenose dolphin", "porpoise"),
    "whale": ("whale", "blue whale", "huge whale", "sperm whale"),
    "camel": ("camel", "dromedary", "one-humped camel", "desert camel"),
    "deer": ("deer", "stag", "buck", "antlered deer"),
    "duck": ("duck", "mallard", "drake", "green-headed duck"),
    "locomotive": ("locomotive", "steam engine", "train", "steam train", "railway engine"),
    "motorcycle": ("motorcycle", "motorbike", "racing motorcycle", "sport bike"),
    "honeybee": ("honeybee", "bee", "bumblebee", "striped bee"),
    "flying saucer": ("flying saucer", "UFO", "alien spaceship", "alien spacecraft"),
    "llama": ("llama", "alpaca", "white llama", "woolly llama"),
    "kangaroo": ("kangaroo", "wallaby", "brown kangaroo", "Australian kangaroo"),
    "person walking": ("person", "man", "woman", "pedestrian", "walker"),
    "person running": ("runner", "jogger", "person", "athlete", "sprinter"),
    "snail": ("snail", "garden snail", "brown snail", "snail with a shell"),
    "crab": ("crab", "red crab", "little crab", "crustacean"),
    "teddy bear": ("teddy bear", "teddy", "stuffed bear", "toy bear", "plush bear"),
    "sauropod": ("sauropod", "brontosaurus", "long-necked dinosaur", "brachiosaurus"),
    "mammoth": ("mammoth", "woolly mammoth", "brown mammoth", "prehistoric mammoth"),
    "taxi": ("taxi", "cab", "yellow taxi", "taxicab"),
    "goat": ("goat", "billy goat", "mountain goat", "horned goat"),
}

ACTIONS: Words = {
    "walk": ("walk", "stroll", "wander", "walk along", "go for a walk", "amble"),
    "run": ("run", "sprint", "race", "dash", "run fast", "hurry"),
    "jump": ("jump", "leap", "jump up and down", "jump into the air", "leap up"),
    "hop": ("hop", "hop along", "skip", "bounce along"),
    "stand": ("stand", "stand still", "wait", "stand there", "rest"),
    "drive": ("drive", "drive along", "cruise", "travel", "speed along", "go for a drive"),
    "fly": ("fly", "soar", "fly through the air", "glide through the sky", "fly along"),
    "hover": ("hover", "hover in the air", "hang in the air", "hover in place", "stay in the air"),
    "launch": ("launch", "take off", "lift off", "blast off", "rise into the sky"),
    "swim": ("swim", "swim along", "paddle along", "swim past"),
    "bounce": ("bounce", "bounce up and down", "bob up and down", "spring up and down"),
    "spin": ("spin", "spin around", "rotate", "twirl", "turn round and round"),
    "grow": ("grow", "grow bigger", "get larger", "become bigger", "swell"),
    "shrink": ("shrink", "get smaller", "become smaller", "shrink away"),
    "appear": ("appear", "pop up", "appear out of nowhere", "pop into view"),
    "roll": ("roll", "roll along", "tumble along", "roll over the ground"),
    "fall": ("fall", "fall from the sky", "drop from above", "fall down", "come down from the sky"),
    "toss": ("whirl up and come down",),
    "throw": ("sail away in an arc",),
    "kick": ("shoot away over the ground",),
    "drop": ("drop from the hands",),
    "slide": ("slide", "slide along", "slip along", "skid along"),
    "skid": ("slide along on its belly",),
    "float": ("float", "drift", "float along", "drift along"),
    "chase": ("chase", "run after", "pursue", "race after"),
    "meet": ("meet", "walk up to", "greet", "come up to"),
}
PLAYED: Words = {  # what is done on the spot: how a prompt may say it, by the verb that a performer plays it as
    "dance": ("dance", "boogie", "breakdance", "party", "celebrate", "cheer", "groove", "jive", "twist", "moonwalk",
              "tap dance", "dance around", "dance ballet", "twerk", "vibe", "shimmy", "tango", "jig", "do a dance",
              "perform a dance", "headbang", "do the twist", "do a little dance", "do a jig", "bust a move",
              "bust some moves", "move to the music", "sway to the music", "do the tango"),
    "sit": ("sit", "sit down", "be seated", "perch"),
    "sleep": ("sleep", "nap", "snooze", "doze", "slumber", "hibernate", "snore", "fall asleep", "take a nap",
              "doze off", "drift off", "roost", "have a nap", "have a sleep"),
    "eat": ("eat", "drink", "graze", "munch", "nibble", "chew", "lick", "feed", "peck", "sip", "gnaw", "sniff", "taste",
            "swallow", "devour", "gobble", "swig", "guzzle", "slurp", "lap", "lap up", "bite into", "crunch", "tuck in",
            "have lunch", "have breakfast", "have dinner", "have a snack", "have a meal", "have a drink",
            "have a picnic"),
    "talk": ("talk", "sing", "bark", "howl", "crow", "speak", "shout", "laugh", "cry", "roar", "growl", "purr",
             "meow", "chat", "scream", "breathe", "pant", "yell", "whisper", "giggle", "argue", "discuss", "whistle",
             "hum", "beatbox", "beat box", "rap", "recite", "lecture", "preach", "gossip", "debate", "chatter",
             "chirp", "tweet", "hoot", "moo", "bleat", "neigh", "oink", "quack", "croak", "cluck", "hiss", "honk",
             "snarl", "whinny", "bray", "trumpet", "squeak", "weep", "sob", "cough", "sneeze", "yawn", "explain",
             "announce", "narrate", "interview", "converse", "babble", "sigh", "murmur", "mutter", "mumble", "squawk",
             "caw", "coo", "yelp", "yap", "whimper", "moan", "groan", "cackle", "chuckle", "croon", "yodel",
             "give a speech", "giving a speech", "give a talk", "tell a story", "teach", "burst into tears",
             "burst into laughter", "burst out laughing", "break into song", "burst into song"),
    "work": ("work", "cook", "dig", "build", "paint", "draw", "write", "clean", "type", "play", "knead", "stir",
             "sweep", "wash", "hammer", "wave", "juggle", "shake", "water", "chop", "slice", "cut", "carve", "mix",
             "whisk", "peel", "grate", "fry", "grill", "bake", "pour", "sew", "knit", "crochet", "weave", "stitch",
             "iron", "mop", "dust", "scrub", "polish", "wipe", "vacuum", "mow", "rake", "shovel", "plant", "prune",
             "saw", "drill", "weld", "sculpt", "whittle", "sketch", "fix", "repair", "mend", "assemble", "tinker",
             "groom", "brush", "comb", "drum", "strum", "pluck", "conduct", "clap", "applaud", "pet", "stroke",
             "scratch", "massage", "wash dishes", "spray", "fold", "wrap", "exercise"),
    "glow": ("glow", "burn", "shine", "sparkle", "flicker", "twinkle", "glitter", "gleam", "glisten",
             "glint", "blaze", "shimmer", "pulse", "radiate"),
    "fight": ("fight", "duel", "battle", "wrestle", "box", "clash", "spar", "joust", "attack", "lock antlers",
              "butt heads", "lock horns", "arm wrestle", "assault", "punch", "brawl", "scuffle", "tussle", "grapple"),
    "cast": ("cast a spell", "cast a spell on", "cast spells", "cast spells on", "cast magic", "cast", "conjure",
             "do magic", "perform magic", "use magic", "work magic", "enchant", "bewitch", "wave a wand",
             "wave a magic wand", "do a magic trick", "do magic tricks", "perform a magic trick"),
    "breathe": ("breathe fire", "spit fire", "spew fire", "breathe flames", "spew flames", "spit flames", "belch fire",
                "blow fire", "shoot flames", "breathe out fire"),
    "feed": ("hand feed", "scatter seeds", "throw crumbs", "scatter crumbs"),
    "reach": ("catch", "reach", "reach for", "reach up"),
    "melt": ("melt", "melt away", "thaw", "liquefy"),
    "swing": ("swing", "dangle", "swing back and forth", "swing to and fro"),
    "land": ("land", "touch down", "alight", "set down"),
    "skid": ("slide on its belly", "slide on his belly", "slide on her belly", "slide on their bellies", "belly slide",
             "belly-slide", "slide on its stomach", "slide on its tummy"),
    "steam": ("steam", "give off steam", "let off steam"),
    "smoke": ("smoke", "fume", "give off smoke", "billow smoke", "smoulder"),
}  # fmt: skip
ACTOR_ACTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {  # what one actor does, in its own words
    ("horse", "run"): ("gallop",),
    ("horse", "walk"): ("trot",),
    ("zebra", "run"): ("gallop",),
    ("camel", "walk"): ("plod along",),
    ("elephant", "walk"): ("stomp along", "trudge"),
    ("mammoth", "walk"): ("stomp along", "trudge"),
    ("T-Rex", "walk"): ("stomp along",),
    ("sauropod", "walk"): ("stomp along", "plod along"),
    ("penguin", "walk"): ("waddle",),
    ("duck", "walk"): ("waddle",),
    ("snail", "walk"): ("crawl", "creep along"),
    ("crab", "walk"): ("crawl", "scuttle"),
    ("rabbit", "jump"): ("hop",),
    ("kangaroo", "jump"): ("hop",),
    ("butterfly", "fly"): ("flutter", "flutter along"),
    ("honeybee", "fly"): ("buzz along",),
    ("person running", "run"): ("jog",),
    ("person running", "walk"): ("jog",),
    ("sailboat", "float"): ("sail",),
    ("sailboat", "swim"): ("sail",),
    ("sailboat", "drive"): ("sail",),
    ("airplane", "launch"): ("take off",),
    ("locomotive", "drive"): ("roll along", "chug along"),
    ("motorcycle", "drive"): ("ride along", "roar along"),
    ("automobile", "stand"): ("stand parked",),
    ("bus", "stand"): ("stand parked",),
    ("taxi", "stand"): ("stand parked",),
    ("tractor", "stand"): ("stand parked",),
    ("fire engine", "stand"): ("stand parked",),
    ("motorcycle", "stand"): ("stand parked",),
}
ON_THE_SPOT = frozenset(  # said without a direction
    ("stand", "hover", "spin", "grow", "shrink", "appear", "launch", "fall", "meet")
)
IN_THE_AIR = frozenset(["fly", "hover"])
ALONE = {"chase": "run", "meet": "walk"}  # what an action between two looks like when the other stays unsaid
PASSIVES: Words = {  # how the lead says that a partner acts on it
    "chase": ("run away from", "flee from", "run from"),
    "meet": ("meet", "wait for"),
}
DIRECTIONS: Words = {
    "left": ("to the left", "leftwards", "from right to left", "towards the left", "left"),
    "right": ("to the right", "rightwards", "from left to right", "towards the right", "right"),
}
RELATIONS: Words = {  # where the second actor is, seen from the lead; {it} is the lead
    "behind": ("behind {it}", "in the background", "farther away"),
    "in front": ("in front of {it}", "in the foreground", "nearer to the camera"),
    "beside": ("beside {it}", "next to {it}", "nearby"),
}
COUNTS: Words = {
    "some": ("some", "several", ""),  # more than one, the number unsaid
    "2": ("two", "two", "a pair of", "2"),
    "3": ("three", "three", "a group of three", "3"),
    "4": ("four", "four", "a group of four", "4"),
    "5": ("five", "five", "a group of five", "5"),
}
COLOURS = frozenset(("orange", "green", "red", "blue", "brown", "yellow", "pink", "golden"))
COLOURLESS = frozenset(("noir", "sepia", "line"))  # styles in which no colour can be seen
SIZES: Words = {"close-up": ("close-up", "close view"), "wide": ("wide shot", "distant view")}

VAGUE = """
    animal animals nature pet pets pretty cute vehicle transportation travel bird insect bug food fruit vegetable
    activity celebration tool object thing face person people man woman male female boy girl slow fast fly flying
    driving racing farm school zoo beach ocean garden spring resort big little one two moo meow meat beef bacon pork
    escargot cancer zodiac wise hump spots stripe staffmode nasa doge lol adorbs roflcopter beast
"""  # tags that do not name their actor


def tagged(path: Path, most: int = 3, shared: int = 2) -> dict[str, tuple[str, ...]]:
    """Names of all actors with the tags of a word list: `[{"name": ..., "tags": [...]}, ...]`, JSON.

    The hand-written words of ACTORS come first. Tags that are vague, or that more than `shared` actors have, or that
    are single words of the name, are left out; at most `most` tags are kept.
    """
    try:
        rows = json.loads(path.read_text("utf-8"))
        listed = [(str(row["name"]), [str(tag) for tag in row["tags"]]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"cannot be read as a word list ({error!r})"
        raise MediaError(f"{path}: {reason}; pass a JSON list of objects with name and tags", "bad_words") from None
    common = Counter(tag.lower() for _, tags in listed for tag in tags)
    vague = frozenset(VAGUE.split())
    words: dict[str, tuple[str, ...]] = {}
    for name, tags in listed:
        parts = set(name.lower().replace("-", " ").split())
        plain = (tag for tag in tags if tag.isascii() and len(tag) > 2 and tag.lower() not in vague | parts)
        good = [tag for tag in plain if common[tag.lower()] <= shared and tag.lower().rstrip("s") not in parts]
        words[name] = ACTORS.get(name, (name, *good[:most]))
    return {**words, **{name: known for name, known in ACTORS.items() if name not in words}}
