"""Go through a source: what it lists is fetched, read, given its township, taken through the door and published."""
