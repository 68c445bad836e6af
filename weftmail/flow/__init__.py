"""One use from start to end a module: accept, settle, deliver, post."""
