"""A small made-up county that shows the whole system at work."""
