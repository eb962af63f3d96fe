"""What the function is told by its environment."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Environment:
    """Read once, when the first event comes."""

    findings_table: str
    topic: str
    channels_secret: str
    bus: str
    runbooks: str

    @classmethod
    def read(cls) -> Self:
        """Raises KeyError with the name of the variable that is missing."""
        return cls(
            findings_table=os.environ["OSTIARY_FINDINGS_TABLE"],
            topic=os.environ["OSTIARY_TOPIC_ARN"],
            channels_secret=os.environ["OSTIARY_CHANNELS"],
            bus=os.environ["OSTIARY_BUS"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
        )
