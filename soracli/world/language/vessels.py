"""What performers can be in, and how deep they lie in water. Shares of the height of a drawing, from its top."""

from __future__ import annotations

from collections.abc import Mapping

# Down to where it is out of the water: of those who are drawn with water of their own, to where that begins.
WATERLINE: Mapping[str, float] = {
    "motor boat": 0.66, "sailboat": 0.78, "ship": 0.9, "ferry": 0.87, "passenger ship": 0.9, "speedboat": 0.7,
    "canoe": 0.68, "pirate ship": 0.95, "gondola": 0.92, "raft": 0.93, "paper boat": 0.93, "kayaker": 0.92,
    "jet ski": 0.9, "submarine": 0.7, "swan": 0.92, "duck": 0.85, "goose": 0.85, "baby chick": 0.85, "pelican": 0.85,
    **dict.fromkeys(("man swimming", "woman swimming", "person swimming"), 0.6),
    **dict.fromkeys(("man playing water polo", "woman playing water polo", "person playing water polo"), 0.6),
    **dict.fromkeys(("man rowing boat", "woman rowing boat", "person rowing boat"), 0.66),
    **dict.fromkeys(("man surfing", "woman surfing", "person surfing"), 1.0),
}  # fmt: skip
# Down to where the front begins of what somebody may be in, and how wide it is open, share of the drawing's width.
VESSELS: Mapping[str, tuple[float, float]] = {
    "basket": (0.36, 0.86), "bucket": (0.06, 0.75), "bathtub": (0.49, 0.7), "empty nest": (0.5, 0.6),
    "nest with eggs": (0.5, 0.6), "cauldron": (0.38, 0.7), "steaming bowl": (0.49, 0.75), "package": (0.25, 0.75),
    "bowl with spoon": (0.58, 0.75), "hot beverage": (0.5, 0.55), "teacup without handle": (0.2, 0.6),
    "shopping cart": (0.22, 0.6), "backpack": (0.12, 0.7), "handbag": (0.24, 0.75), "shopping bags": (0.23, 0.5),
    "wastebasket": (0.05, 0.8), "dumpster": (0.31, 0.75), "treasure chest": (0.52, 0.75), "vase": (0.03, 0.5),
    "water well": (0.7, 0.5), "hiking boot": (0.06, 0.35), "canoe": (0.52, 0.75), "gondola": (0.62, 0.6),
    "paper boat": (0.6, 0.5), "top hat": (0.03, 0.6), "automobile": (0.42, 0.25),
    "taxi": (0.47, 0.25), "police car": (0.5, 0.25), "sport utility vehicle": (0.47, 0.25), "minibus": (0.4, 0.25),
    "bus": (0.5, 0.2), "pickup truck": (0.34, 0.2),
}  # fmt: skip
# Of those, what one looks out of at a window: its upper edge, and how far it is from the middle, share of the width.
WINDOWS: Mapping[str, tuple[float, float]] = {
    "automobile": (0.05, 0.15), "taxi": (0.16, 0.05), "police car": (0.19, 0.08), "sport utility vehicle": (0.13, 0.15),
    "minibus": (0.1, 0.1), "bus": (0.1, 0.12), "pickup truck": (0.09, -0.22),
}  # fmt: skip
BANK, BANKED = 0.86, frozenset(("river",))  # depth of the near bank, and where there is one
SUNK, DEEP = 0.42, 0.8  # how much of who is in it that hides: of itself, and at most of what is below the rim
