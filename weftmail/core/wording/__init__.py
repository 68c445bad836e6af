"""Sentences that people read: kept and returned as a code with values, worded for the reader when they are shown."""
