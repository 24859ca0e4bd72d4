"""Whether a prediction treats groups of people alike: error by group, stand-ins for a trait, alternatives."""
