"""What Okta has said of groups lately, for those who leave."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol

from functions.aws.ledger import Stored
from functions.leavers.documents import loss_from
from functions.leavers.marks import Mark
from functions.leavers.renderer import OncePerBatch


class Losses(Protocol):
    """The ledger as this needs it. Raises ClientError or BotoCoreError."""

    def all(self) -> Mapping[str, Stored]: ...


class OktasWord:
    """One look serves everybody of a batch: all are in the ledger before it begins."""

    def __init__(self, losses: Losses, batches: OncePerBatch) -> None:
        self._losses = losses
        self._batches = batches
        self._looked: tuple[int, Mapping[str, Mapping[str, Mark]]] = -1, {}

    def lost_by(self, okta_id: str) -> Mapping[str, Mark]:
        """The groups that Okta has taken them out of, by their ids in Identity Center."""
        if self._looked[0] != self._batches.number:
            self._looked = self._batches.number, _lost(self._losses.all())
        return self._looked[1].get(okta_id, {})


def _lost(stored: Mapping[str, Stored]) -> Mapping[str, Mapping[str, Mark]]:
    found = defaultdict[str, dict[str, Mark]](dict)
    for loss in (loss_from(key, each.document) for key, each in stored.items()):
        if not loss.joined:
            found[loss.person][loss.group_id] = Mark(True, loss.at, loss.trigger)
    return found
