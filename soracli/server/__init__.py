"""Doors beside the shell."""
