"""Tests against the real programs: Postfix, OpenDKIM, strace. See conftest.py for what a test may ask for."""
