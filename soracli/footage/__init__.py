"""What is measured on real pictures and films, and done to them without sampling."""
