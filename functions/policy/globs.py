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
    return re.compile("".join({"*": ".*", "?": "."}.get(each) or re.escape(each) for each in glob), re.DOTALL)
