"""Doors through which other programs call verbs."""
