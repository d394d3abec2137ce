"""The words of everything around the actors: places, times, weathers, cameras and styles. Tables only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """nouns: with their article. at: prepositions of rest. along: of something that travels.

    whole: phrases of their own. indoors: no sky to see, no weather, lamps by night. ground: there is something to
    stand on. water: swimmers are at home there, and nobody else but what flies over it. shore: water lies behind the
    ground; who is in a boat or swims is there.
    """

    nouns: tuple[str, ...]
    at: tuple[str, ...]
    along: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    indoors: bool = False
    ground: bool = True
    water: bool = False
    shore: bool = False


class Time(NamedTuple):
    """phrases: at any weather. clear: only under a clear sky. keys: for keyword lists."""

    phrases: tuple[str, ...]
    clear: tuple[str, ...]
    keys: tuple[str, ...]


class Weather(NamedTuple):
    """phrases: end or begin a sentence. keys: for keyword lists."""

    phrases: tuple[str, ...]
    keys: tuple[str, ...]


class Season(NamedTuple):
    """phrases: end a sentence."""

    phrases: tuple[str, ...]


class Camera(NamedTuple):
    """shots: nouns, `<shot> of a dog`. clauses: sentences. onto: `<onto> a dog walking`; empty if there is none."""

    shots: tuple[str, ...]
    clauses: tuple[str, ...]
    onto: tuple[str, ...] = ()


class Style(NamedTuple):
    """media: nouns, `<medium> of a dog`, also sentences and keywords. tails: end a sentence."""

    media: tuple[str, ...]
    tails: tuple[str, ...]


PLAIN = (  # one colour and nothing else
    "white background", "black background", "grey background", "green screen", "blue background", "pink background",
    "yellow background", "red background", "orange background", "purple background",
)  # fmt: skip
PLACES: Mapping[str, Place] = {
    "meadow": Place(
        ("a meadow", "a green meadow", "a grassy field", "a green field"),
        ("in",),
        ("across", "through"),
        ("on the grass",),
    ),
    "desert": Place(("a desert", "the desert", "a sandy desert"), ("in",), ("across", "through"), ("on desert sand",)),
    "snowy field": Place(
        ("a snowy field", "a snow-covered field", "a snowy landscape", "a field of snow"),
        ("in",),
        ("across", "through"),
        ("in the snow", "on the snow"),
    ),
    "beach": Place(
        ("a beach", "the beach", "a sandy beach", "the seashore"),
        ("on",),
        ("along", "across"),
        ("by the shore",),
        shore=True,
    ),
    "city": Place(("a city", "the city", "a big city"), ("in",), ("through",), ("in town", "downtown")),
    "city street": Place(
        ("a city street", "a street in the city", "an urban street"),
        ("on",),
        ("along", "down"),
        ("in the city", "in a city", "in town"),
    ),
    "neon street": Place(("a neon street", "a neon-lit street", "a neon city"), ("on", "in"), ("along", "down")),
    "forest": Place(
        ("a forest", "the forest", "the woods", "a green forest"), ("in",), ("through",), ("among the trees",)
    ),
    "sea": Place(("the sea", "the ocean", "the open sea"), ("on", "in"), ("across",), ("in the water",), water=True),
    "road": Place(("a road", "a country road", "the road", "a highway"), ("on",), ("along", "down")),
    "mountain": Place(("the mountains", "a mountain landscape", "a mountain valley"), ("in",), ("through",)),
    "farm": Place(("a farm", "the farm", "a farmyard"), ("on",), ("across", "around"), ("in the farmyard",)),
    "moon": Place(("the moon", "the surface of the moon", "the lunar surface"), ("on",), ("across", "over")),
    "living room": Place(
        ("a living room", "the living room", "a room"), ("in",), ("across", "through"), ("at home",), indoors=True
    ),
    "stage": Place(("a stage", "the stage", "a theatre stage"), ("on",), ("across",), indoors=True),
    "kitchen": Place(("a kitchen", "the kitchen", "a bright kitchen"), ("in",), ("across", "through"), indoors=True),
    "bedroom": Place(("a bedroom", "the bedroom", "a cosy bedroom"), ("in",), ("across", "through"), indoors=True),
    "classroom": Place(("a classroom", "the classroom", "a school"), ("in",), ("through", "across"), indoors=True),
    "office": Place(("an office", "the office", "a modern office"), ("in",), ("through", "across"), indoors=True),
    "library": Place(("a library", "the library", "an old library"), ("in",), ("through",), indoors=True),
    "cave": Place(("a cave", "the cave", "a rocky cave"), ("in",), ("through",), indoors=True),
    "cafe": Place(("a cafe", "the cafe", "a cosy cafe", "a coffee shop"), ("in",), ("through", "across"), indoors=True),
    "shop": Place(("a shop", "the shop", "a supermarket", "a grocery store"), ("in",), ("through",), indoors=True),
    "museum": Place(("a museum", "the museum", "an art gallery"), ("in",), ("through", "across"), indoors=True),
    "hospital": Place(("a hospital", "the hospital", "a hospital ward"), ("in",), ("through",), indoors=True),
    "gym": Place(("a gym", "the gym", "a sports hall"), ("in",), ("through", "across"), indoors=True),
    "bathroom": Place(("a bathroom", "the bathroom", "a tiled bathroom"), ("in",), ("through", "across"), indoors=True),
    "ballroom": Place(("a ballroom", "the ballroom", "a palace ballroom"), ("in",), ("across",), indoors=True),
    "church": Place(("a church", "the church", "a cathedral"), ("in",), ("through",), indoors=True),
    "spaceship cabin": Place(
        ("a spaceship cabin", "the cabin of a spaceship"), ("in",), ("through", "across"), indoors=True
    ),
    "factory": Place(("a factory", "the factory", "a factory hall"), ("in",), ("through", "across"), indoors=True),
    "nightclub": Place(("a nightclub", "the nightclub", "a disco"), ("in",), ("across", "through"), indoors=True),
    **{name: Place((f"a {name}", f"a plain {name}"), ("on", "against"), ("across",), indoors=True) for name in PLAIN},
    "underwater": Place(
        ("an underwater scene", "a coral reef", "the sea floor"),
        ("in",),
        ("through", "over"),
        ("under water", "underwater", "in the deep sea"),
        water=True,
    ),
    "lake": Place(("a lake", "the lake", "a pond"), ("on", "in"), ("across",), ("in the water",), water=True),
    "swimming pool": Place(
        ("a swimming pool", "the swimming pool", "an outdoor pool"), ("in",), ("across",), water=True
    ),
    "jungle": Place(("a jungle", "the jungle", "a tropical jungle"), ("in",), ("through",)),
    "garden": Place(("a garden", "the garden", "a flower garden"), ("in",), ("through", "across")),
    "playground": Place(("a playground", "the playground"), ("in", "on"), ("across",)),
    "graveyard": Place(("a graveyard", "the graveyard", "an old cemetery"), ("in",), ("through", "across")),
    "castle": Place(
        ("a castle", "the castle", "a medieval castle"), ("before", "at"), ("past",), ("in front of a castle",)
    ),
    "volcano": Place(("a volcano", "the volcano", "a volcanic landscape"), ("before", "at"), ("past",)),
    "village": Place(("a village", "the village", "a village street"), ("in",), ("through",)),
    "airport": Place(("an airport", "the airport", "an airport runway"), ("at", "on"), ("across",)),
    "railway station": Place(
        ("a railway station", "the railway station", "a train station"), ("at", "in"), ("through", "past")
    ),
    "studio": Place(("a studio", "a photo studio", "a film studio"), ("in",), indoors=True),
    "park": Place(("a park", "the park", "a city park"), ("in",), ("through", "across")),
    "courtyard": Place(("a courtyard", "an old courtyard"), ("in",), ("across", "through")),
    "bridge": Place(("a bridge", "the bridge"), ("on",), ("across", "over")),
    "esplanade": Place(("an esplanade", "a promenade"), ("on",), ("along",)),
    "venice": Place(("Venice", "a street of Venice"), ("in",), ("through",), ("by a canal in Venice",), shore=True),
    "paris": Place(("Paris", "a park in Paris"), ("in",), ("through",), ("in front of the Eiffel Tower",)),
    "apartment": Place(("an apartment", "a flat", "a room"), ("in",), ("through",), ("at home",), indoors=True),
    "hall": Place(("a hall", "a large hall"), ("in",), ("through", "across"), indoors=True),
    "lobby": Place(("a lobby", "a hotel lobby"), ("in",), ("through", "across"), indoors=True),
    "lab": Place(("a laboratory", "a lab"), ("in",), ("through",), indoors=True),
    "warehouse": Place(("a warehouse", "an empty warehouse"), ("in",), ("through",), indoors=True),
    "workshop": Place(("a workshop", "an old workshop"), ("in",), ("through",), indoors=True),
    "interior": Place(("a room", "a house"), ("inside", "in"), ("through",), ("indoors",), indoors=True),
    "savanna": Place(("a savanna", "the savanna", "an African savanna"), ("in", "on"), ("across", "through")),
    "river": Place(("a river", "the river", "a stream"), ("in",), ("across", "along"), water=True),
    "arctic": Place(("the Arctic", "an arctic landscape", "the polar ice"), ("in",), ("across", "through"), shore=True),
    "canyon": Place(("a canyon", "the canyon", "a red canyon"), ("in",), ("through",)),
    "orchard": Place(("an orchard", "the orchard", "an apple orchard"), ("in",), ("through", "across")),
    "cherry grove": Place(("a cherry grove", "a cherry orchard"), ("in",), ("through",), ("under cherry blossoms",)),
    "vineyard": Place(("a vineyard", "the vineyard"), ("in",), ("through", "across")),
    "swamp": Place(("a swamp", "the swamp", "a bog"), ("in",), ("through", "across"), water=True),
    "race track": Place(("a race track", "the race track", "a racing circuit"), ("on",), ("along", "down")),
    "mars": Place(("Mars", "the surface of Mars", "the red planet"), ("on",), ("across", "over")),
    "alien planet": Place(("an alien planet", "a strange planet", "a distant planet"), ("on",), ("across", "over")),
    "stadium": Place(("a stadium", "the stadium", "a football field"), ("in", "on"), ("across", "through")),
    "market": Place(("a market", "the market", "a street market"), ("at", "in"), ("through", "across")),
    "fairground": Place(("a fairground", "the fairground", "an amusement park"), ("at", "in"), ("through", "across")),
    "rooftop": Place(("a rooftop", "the rooftop", "a roof"), ("on",), ("across", "over")),
    "harbour": Place(("a harbour", "the harbour", "a quay"), ("in", "at"), ("along", "across"), shore=True),
    "mountain road": Place(("a mountain road", "a winding mountain road"), ("on",), ("along", "down")),
    "city skyline": Place(("a city skyline", "the skyline of a city"), ("before", "at"), ("past",), shore=True),
    "island": Place(("an island", "a tropical island", "a desert island"), ("on",), ("across", "along"), shore=True),
    "sunflower field": Place(("a sunflower field", "a field of sunflowers"), ("in",), ("through", "across")),
    "lavender field": Place(("a lavender field", "a field of lavender"), ("in",), ("through", "across")),
    "tulip field": Place(("a tulip field", "a field of tulips"), ("in",), ("through", "across")),
    "wheat field": Place(("a wheat field", "a field of wheat"), ("in",), ("through", "across")),
    "ice rink": Place(("an ice rink", "a skating rink"), ("on",), ("across",)),
    "pyramids": Place(("the pyramids", "the desert of the pyramids"), ("before", "at"), ("past",)),
    "japanese garden": Place(("a Japanese garden", "a temple garden"), ("in",), ("through",)),
    "ruins": Place(("ancient ruins", "the ruins of a temple"), ("in", "among"), ("through",)),
    "haunted house": Place(("a haunted house", "a haunted mansion"), ("before", "at"), ("past",)),
    "candy land": Place(("a land of sweets", "a candy land"), ("in",), ("through", "across")),
    "floating islands": Place(("a land of floating islands", "a fantasy land"), ("in",), ("through", "across")),
    "parking lot": Place(("a parking lot", "a car park"), ("in",), ("across", "through")),
    "sky": Place(
        ("the sky", "the open sky"), ("in",), ("across", "through"), ("up in the air", "among the clouds"), ground=False
    ),
    "space": Place(("space", "outer space"), ("in",), ("through",), ("among the stars",), ground=False),
}

BARE = frozenset({"moon", "mars", "alien planet", "space", "underwater"})  # under no roof, and yet without weather
NIGHTLY = frozenset({"moon", "space", "neon street", "haunted house"})  # seen by night unless another time is said
WINDOWED = frozenset((  # weather is outside
    "lab", "living room", "kitchen", "bedroom", "classroom", "office", "library", "cafe", "gym", "bathroom", "hospital",
    "factory",
))  # fmt: skip

TIMES: Mapping[str, Time] = {
    "day": Time(
        ("in daylight", "during the day", "by day"),
        ("on a sunny day", "in bright sunshine", "under a blue sky", "on a bright day"),
        ("daytime", "day", "sunny"),
    ),
    "sunset": Time(
        ("at sunset", "in the evening light", "at sundown", "in the evening"),
        ("under an orange sky", "as the sun sets"),
        ("sunset", "evening"),
    ),
    "golden hour": Time(("at golden hour", "in golden light"), (), ("golden hour",)),
    "dusk": Time(("at dusk", "at twilight", "in the blue hour", "at nightfall"), (), ("dusk", "twilight", "blue hour")),
    "night": Time(
        ("at night", "late at night", "in the dark of night", "during the night"),
        ("under the stars", "under a starry sky", "by moonlight"),
        ("night", "nighttime", "dark night"),
    ),
    "dawn": Time(
        ("at dawn", "early in the morning", "at daybreak", "in the morning light"),
        ("at sunrise", "as the sun rises"),
        ("dawn", "sunrise", "early morning"),
    ),
    "overcast": Time(
        ("under a grey sky", "on an overcast day", "on a cloudy day", "under heavy clouds"),
        (),
        ("overcast", "grey sky", "cloudy"),
    ),
    "gloom": Time(("in gloomy light", "in eerie half-light"), (), ("gloomy light",)),
}
WEATHERS: Mapping[str, Weather] = {
    "clear": Weather(("in clear weather", "in fine weather"), ("clear weather",)),
    "rain": Weather(("in the rain", "while it rains", "as rain falls"), ("rain", "rainy")),
    "drizzle": Weather(("in light rain", "in a drizzle"), ("drizzle", "light rain")),
    "downpour": Weather(("in heavy rain", "in pouring rain", "in a downpour"), ("heavy rain", "downpour")),
    "storm": Weather(("in a thunderstorm", "in a storm", "as lightning flashes"), ("thunderstorm", "stormy")),
    "hail": Weather(("in hail", "in a hailstorm"), ("hail", "hailstorm")),
    "tornado": Weather(("as a tornado passes", "before a tornado"), ("tornado",)),
    "snow": Weather(
        ("in falling snow", "while it snows", "as snowflakes fall", "in a snowfall"), ("snowfall", "snowing")
    ),
    "flurries": Weather(("in light snow", "in a flurry of snow"), ("light snow",)),
    "blizzard": Weather(("in a blizzard", "in a snowstorm"), ("blizzard", "snowstorm")),
    "fog": Weather(("in the fog", "in thick fog", "in the mist", "in a foggy haze"), ("fog", "misty", "foggy")),
    "sandstorm": Weather(("in a sandstorm", "in a dust storm"), ("sandstorm",)),
    "wind": Weather(("in the wind", "on a windy day", "in a strong breeze"), ("windy",)),
    "leaves": Weather(
        ("as leaves blow past", "with autumn leaves in the wind", "in a swirl of leaves"),
        ("falling leaves", "blowing leaves"),
    ),
    "confetti": Weather(("under falling confetti", "as confetti rains down", "in a shower of confetti"), ("confetti",)),
    "fireflies": Weather(
        ("among fireflies", "surrounded by fireflies", "with glowing fireflies all around"),
        ("fireflies", "glowing fireflies"),
    ),
    "sunbeams": Weather(("in rays of sunlight", "in sunbeams"), ("sunbeams", "god rays")),
}
SEASONS: Mapping[str, Season] = {
    "spring": Season(("in spring",)),
    "summer": Season(("in summer",)),
    "autumn": Season(("in autumn",)),
    "winter": Season(("in winter",)),
}

CAMERAS: Mapping[str, Camera] = {
    "static": Camera(
        ("static shot", "still camera shot"), ("the camera stands still", "static camera", "fixed camera")
    ),
    "tracking": Camera(
        ("tracking shot", "following shot", "travelling shot"),
        ("the camera follows", "tracking shot", "the camera moves along", "the camera tracks the movement"),
        ("the camera follows", "the camera tracks", "tracking shot following"),
    ),
    "zoom in": Camera(
        ("zoom-in shot", "push-in shot", "slow zoom-in"),
        ("the camera zooms in", "the camera moves closer", "slow zoom in", "the camera pushes in"),
        ("the camera zooms in on", "slow zoom in on", "the camera moves closer to"),
    ),
    "zoom out": Camera(
        ("zoom-out shot", "pull-back shot"),
        ("the camera zooms out", "the camera pulls back", "slow zoom out", "the camera moves away"),
        ("the camera zooms out from", "slow zoom out from", "the camera pulls back from"),
    ),
    "pan left": Camera(
        ("left pan shot", "shot panning left"),
        ("the camera pans left", "the camera turns to the left", "pan to the left", "camera pans from right to left"),
    ),
    "pan right": Camera(
        ("right pan shot", "shot panning right"),
        (
            "the camera pans right",
            "the camera turns to the right",
            "pan to the right",
            "camera pans from left to right",
        ),
    ),
    "tilt up": Camera(("tilt up shot",), ("the camera tilts up", "camera tilt up", "the camera looks up")),
    "tilt down": Camera(("tilt down shot",), ("the camera tilts down", "camera tilt down", "the camera looks down")),
    "handheld": Camera(
        ("handheld shot", "shaky handheld shot"),
        ("handheld camera", "the camera shakes", "shaky camera", "filmed with a handheld camera"),
    ),
    "orbit": Camera(
        ("orbiting shot", "circling shot"),
        ("the camera circles around", "the camera orbits", "orbiting camera"),
        ("the camera circles around", "the camera orbits around"),
    ),
}

STYLES: Mapping[str, Style] = {
    "3d": Style(
        ("3D animation", "3D cartoon", "3D render"), ("in 3D animation style", "as a 3D cartoon", "rendered in 3D")
    ),
    "noir": Style(
        ("film noir", "black-and-white film", "black and white film noir"),
        ("in black and white", "in film noir style", "as a film noir"),
    ),
    "pixel": Style(
        ("pixel art", "8-bit pixel art", "retro video game graphics"),
        ("in pixel art style", "as pixel art", "in the style of an old video game"),
    ),
    "watercolour": Style(
        ("watercolour painting", "watercolor painting", "watercolour animation"),
        ("in watercolour style", "in watercolor", "painted in watercolours"),
    ),
    "sepia": Style(
        ("sepia film", "old sepia film", "vintage film"), ("in sepia tones", "in sepia", "like an old film")
    ),
    "neon": Style(
        ("neon art", "neon animation", "synthwave art"), ("in neon colours", "in neon style", "in glowing neon colors")
    ),
    "flat": Style(
        ("flat cartoon", "flat vector animation", "flat design"),
        ("in flat cartoon style", "in flat design", "drawn flat"),
    ),
    "line": Style(
        ("line drawing", "black line art", "ink drawing"), ("in line art style", "drawn in lines", "as a line drawing")
    ),
    "claymation": Style(
        ("claymation", "stop-motion clay animation", "clay animation"),
        ("in claymation style", "made of clay, stop motion", "in stop motion"),
    ),
}
