"""What verbs do and print, one module for each or for a group of them."""
