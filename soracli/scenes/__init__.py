"""Scenes: reading a prompt into one, as files, and as animatics."""
