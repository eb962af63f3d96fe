"""A command in a real terminal: what it shows is read as it comes, and answered by keys."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PATIENCE = 60.0
"""Seconds for a prompt to appear, on a busy machine."""

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The screen and the keyboard of one running command."""

    def __init__(self, screen: int, process: "subprocess.Popen[bytes]") -> None:
        self._fd = screen
        self._process = process
        self.shown = ""
        self._read_to = 0

    def until(self, words: str) -> str:
        """Read on until these words appear; what was shown since the last time, without colours."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.shown.find(words, self._read_to)) < 0:
            assert time.monotonic() < deadline, f"no {words!r} in {self.shown[self._read_to :]!r}"
            assert self._more(), f"it ended without {words!r}: {self.shown[self._read_to :]!r}"
        said = self.shown[self._read_to : found + len(words)]
        self._read_to = found + len(words)
        return said

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def ended(self) -> int:
        """Read on to the end; the exit code."""
        while self._more():
            pass
        return self._process.wait(PATIENCE)

    def _more(self) -> bool:
        """Read what there is, waiting a little; false when the command has ended and nothing is left."""
        if not select.select([self._fd], [], [], 0.2)[0]:
            return True
        try:
            piece = os.read(self._fd, 65536)
        except OSError:  # Linux says so where the other side is closed
            return False
        self.shown += _STYLE.sub("", piece.decode(errors="replace")).replace("\r\n", "\n")
        return bool(piece)


@contextmanager
def terminal(*arguments: str, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """`ostiary` with these arguments, in a terminal of its own; ended if it has not ended by itself."""
    screen, keyboard = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", *arguments],
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
            env=dict(environment),
            start_new_session=True,
        )
        os.close(keyboard)
        try:
            yield Terminal(screen, process)
        finally:
            process.kill()
            process.wait()
    finally:
        os.close(screen)
