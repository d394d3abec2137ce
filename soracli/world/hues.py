"""Words of colour, and what they look like. A table only."""

from __future__ import annotations

COLOURS = {  # sRGB, 0..255, of a surface in full light
    "red": (226, 38, 54), "orange": (250, 136, 30), "yellow": (250, 212, 40), "green": (52, 176, 74),
    "turquoise": (48, 200, 200), "blue": (44, 110, 232), "purple": (140, 70, 220), "pink": (250, 130, 180),
    "white": (245, 245, 248), "black": (46, 44, 52), "grey": (150, 152, 158), "gray": (150, 152, 158),
    "brown": (140, 88, 56), "golden": (240, 190, 60), "gold": (240, 190, 60), "silver": (200, 204, 212),
    "violet": (140, 70, 220), "cyan": (40, 210, 235), "teal": (20, 140, 140), "beige": (228, 206, 168),
    "navy": (30, 44, 110), "magenta": (226, 40, 170), "lilac": (196, 160, 230), "cream": (248, 236, 206),
    "dark": (64, 62, 70), "light": (232, 232, 236), "crimson": (190, 20, 50), "lime": (150, 220, 50),
}  # fmt: skip
