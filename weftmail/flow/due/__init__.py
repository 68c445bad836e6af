"""Everything that happens at a time: one runner, and a module for each kind."""
