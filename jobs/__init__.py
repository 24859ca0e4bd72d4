"""One file, one command: read tables, one pure call, write tables."""
