"""Which provider ids are one provider: names made comparable, pairs judged, links drawn into providers."""
