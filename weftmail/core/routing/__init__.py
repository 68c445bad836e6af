"""Where a delivery goes and who gets it: facts, rules, disposition, authentication results, recipients."""
