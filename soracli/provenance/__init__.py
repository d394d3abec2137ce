"""Who made a file: keys, content credentials, marks."""
