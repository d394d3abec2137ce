"""Choosing clips of a folder that are fit to train on, by stages (Stable Video Diffusion, Blattmann et al. 2023)."""
