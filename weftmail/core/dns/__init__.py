"""What a mail domain has in the DNS beside what it should have: a module for each record, a verdict with its reason."""
