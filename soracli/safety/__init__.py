"""What is refused: prompts by the policy, frames by review."""
