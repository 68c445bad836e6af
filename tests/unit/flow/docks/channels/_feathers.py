"""What a channel's module shares with nobody outside its folder is no channel."""

channel = None
