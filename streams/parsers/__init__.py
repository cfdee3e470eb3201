"""One small parser a kind of source, from bytes to raw posts; they share streams.pages and not one another."""
