"""What the mail server needs: its settings as templates, and the small map that it reads."""
