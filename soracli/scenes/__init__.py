"""Scenes as drafts: the library of pictures, scene files, prompts read into scenes, and the animatic of a scene."""
