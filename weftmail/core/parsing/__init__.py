"""From bytes to a message: source, MIME, transfer encodings, charsets, header fields, HTML, quotes, forwards."""
