"""Speed, growth and model quality, each a command that prints a table."""
