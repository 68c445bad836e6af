"""Text with soft line ends, made into paragraphs again (format=flowed, RFC 3676)."""

from __future__ import annotations

SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Return the text with each paragraph on one line; quote marks stand before it, with a blank behind them.

    ``delete_space``: the blank that marks a soft line end is no part of the words (DelSp).
    """
    out: list[str] = []
    joined: list[str] = []
    depth_before = 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        # One blank in front keeps a program from taking the line for a quote, or for "From ".
        words = line[depth:].removeprefix(" ")
        if joined and (depth != depth_before or words == SIGNATURE):
            out.append(_line(depth_before, joined))
            joined = []
        soft = words.endswith(" ") and words != SIGNATURE
        joined.append(words[:-1] if soft and delete_space else words)
        depth_before = depth
        if not soft:
            out.append(_line(depth, joined))
            joined = []
    if joined:
        out.append(_line(depth_before, joined))
    return "\n".join(out)


def _line(depth: int, words: list[str]) -> str:
    whole = "".join(words)
    return f"{'>' * depth} {whole}" if depth and whole else ">" * depth + whole
