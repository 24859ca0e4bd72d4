"""What a member is expected to cost over the next 12 months, how sure that is, and why."""
