"""What was erased goes from the file, too: the index of words is merged in steps until it holds nothing deleted."""

SWEEP = "sweep"
"""The kind of what is due after something was erased."""
FIRST = "first"
"""The key of its first step; that of all others is empty."""
