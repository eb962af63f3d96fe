"""Names with `*` and `?` in them, and nothing else that is special."""

import re
from functools import lru_cache


def is_glob(text: str) -> bool:
    """Does the text hold `*` or `?`?"""
    return "*" in text or "?" in text


def matches(text: str, glob: str) -> bool:
    """Is the whole text of this shape? Capitals count, as they do in AWS."""
    return text == glob or _compiled(glob).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> re.Pattern[str]:
    first, *later = (_fixed(part) for part in re.split(r"\*+", glob))
    if not later:
        return re.compile(first, re.DOTALL)
    # Each part where it stands first, and never anywhere else (`(?>…)`): if the rest fails after its first
    # place, it fails after every other. Otherwise many stars would try all places of all parts.
    between = "".join(f"(?>.*?{part})" for part in later[:-1])
    return re.compile(f"{first}{between}.*{later[-1]}", re.DOTALL)


def _fixed(part: str) -> str:
    return "".join("." if each == "?" else re.escape(each) for each in part)
