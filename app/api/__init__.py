"""The read-only JSON API: published tables by the roles of the pages, in pages by key, described by OpenAPI."""
