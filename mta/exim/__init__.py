"""What Exim needs: templates, its configuration as Debian lays it out, what to change, the checks, its log."""
