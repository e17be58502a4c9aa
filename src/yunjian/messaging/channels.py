"""Channels besides the app itself. Rooms above register theirs: messaging knows no WeChat."""

from typing import Protocol
from uuid import UUID


class ChannelFailed(Exception):
    """A channel did not take a message; trying again later may help when `is_passing`."""

    def __init__(self, message: str, *, is_passing: bool) -> None:
        super().__init__(message)
        self.is_passing = is_passing


class Channel(Protocol):
    """A way to reach a person outside the app."""

    name: str

    def send(self, *, account_id: UUID, kind: str, title: str, body: str, link: str) -> str | None:
        """Send a message; return the channel's own id, or None when the person has no address.

        Raises:
            ChannelFailed: it was not taken.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Add a channel (when the program starts)."""
    _channels[channel.name] = channel


def channels() -> list[Channel]:
    """Return the channels that are there."""
    return list(_channels.values())
