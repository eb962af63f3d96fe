"""Each row is said when it is there, on standard error, with no thread that would be measured too."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sandbox.show import CONSOLE

T = TypeVar("T")


def told(rows: Iterable[T], say: Callable[[T], str]) -> Iterator[T]:
    """The same rows, one by one."""
    for row in rows:
        CONSOLE.print(f"[green]✓[/] {say(row)}")
        yield row
