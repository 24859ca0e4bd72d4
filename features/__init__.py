"""DataFrame -> DataFrame. No reads, no writes, no clock: the day is an argument."""
