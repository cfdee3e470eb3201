"""What is decided about a record: one pure step a file, named in order by `agents.flow`."""
