"""How fast weftmail is, each figure beside its floor: ``python -m bench``; docs/performance.md says what it means."""
