"""Scenes for those who render: the library of pictures, scene files, and the draft that a scene gives."""
