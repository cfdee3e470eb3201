"""The one way out to the web: what is asked of a site, how politely, and what may come back."""
