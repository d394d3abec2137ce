"""What a prompt says, and what a model is told instead."""
