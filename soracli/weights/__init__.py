"""What models there are, where their files lie and how they come here."""
