"""A new member of each open set: one module, laid out as in the product's own folder."""
