"""Which providers and claims to investigate: trees, a graph network, their calibrated blend, and reasons in words."""
