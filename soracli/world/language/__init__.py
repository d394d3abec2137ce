"""The words of the training world, and the captions that are made of them."""
