"""The project's own features against the same features written for other engines, on the same lines."""
