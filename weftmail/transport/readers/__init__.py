"""Reader processes, as their parent sees them."""
