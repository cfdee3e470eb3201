"""What parsers of every kind of source share: a page in, raw posts out, and how text and times are read."""
