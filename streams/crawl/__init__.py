"""The only way out to the web: politely fetched, read, township set, through the door, published."""
