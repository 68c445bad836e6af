"""What Postfix needs: templates, its settings as they are, what to change, and the checks."""
