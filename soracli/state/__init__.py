"""What is remembered between calls: runs, batches, encoded prompts."""
