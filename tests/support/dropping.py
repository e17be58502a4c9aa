"""A line that drops: a proxy on loopback that cuts a connection after so many bytes."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 64 * 1024


@dataclass
class DroppingLine:
    """What went through, and how often the line dropped."""

    every: int
    port: int = 0
    carried: int = 0
    drops: int = 0
    _since: int = field(default=0, repr=False)

    async def carry(
        self, to: tuple[str, int], inside: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        """Carry one connection; all of them together drop each `every` bytes sent upwards."""
        reader, writer = await asyncio.open_connection(*to)
        answers = asyncio.create_task(self._pipe(reader, back))
        with suppress(OSError):
            while piece := await inside.read(PIECE):
                writer.write(piece)
                await writer.drain()
                self.carried += len(piece)
                self._since += len(piece)
                if self._since >= self.every:
                    self._since = 0
                    self.drops += 1
                    for end in (writer, back):
                        end.transport.abort()
                    break
        writer.close()
        await asyncio.wait([answers], timeout=60)

    @staticmethod
    async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                writer.write(piece)
                await writer.drain()
        writer.close()


@contextmanager
def dropping_line(host: str, port: int, *, every: int) -> Iterator[DroppingLine]:
    """Run the proxy in a thread of its own."""
    line = DroppingLine(every)
    loop = asyncio.new_event_loop()

    async def handle(inside: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await line.carry((host, port), inside, back)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.start_server(handle, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(10)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
