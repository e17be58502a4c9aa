"""Channels besides the app itself. Rooms above register theirs: messaging knows no WeChat."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class ChannelFailed(Exception):
    """A channel did not take a message; trying again later may help when `is_passing`.

    `until` says when at the earliest, where the channel knows it.
    """

    def __init__(self, message: str, *, is_passing: bool, until: datetime | None = None) -> None:
        super().__init__(message)
        self.is_passing = is_passing
        self.until = until


class ChannelDeclined(Exception):
    """The person does not want messages there; the text says how the channel put it."""


class Channel(Protocol):
    """A way to reach a person outside the app."""

    name: str

    def addresses(self, *, account_id: UUID, kind: str) -> list[str]:
        """Return where the person can be reached; nothing when nowhere."""

    def send(
        self, *, address: str, account_id: UUID, kind: str, title: str, body: str, link: str
    ) -> str:
        """Send a message to one address; return the channel's own id of it.

        Raises:
            ChannelDeclined: the person does not want it there.
            ChannelFailed: it was not taken.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Add a channel (when the program starts)."""
    _channels[channel.name] = channel


def channels() -> list[Channel]:
    """Return the channels that are there."""
    return list(_channels.values())
