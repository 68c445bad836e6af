"""One module a program: the only place that builds concrete things and joins them."""
