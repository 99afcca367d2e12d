"""Live tracks from a running daemon."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .address import Address, Place, addresses

PROTOCOL = 1
#: Bytes of a line at most.
LONGEST_LINE = 1 << 20
#: Seconds before the next attempt to connect: the first pause, and the longest.
PAUSES = (0.2, 2.0)
#: Blocks in a second.
BLOCKS_PER_SECOND = 10


class ProtocolError(Exception):
    """What serves the address is no daemon of this protocol."""


@dataclass(frozen=True)
class Track:
    """A source in one block. Degrees: azimuth to the left, elevation upwards; x front, y left, z up; age in seconds.

    Where `Connection.elevation` is "unsigned", the source may as well be on the other side of the array's plane.
    """

    id: int
    azimuth: float
    elevation: float
    x: float
    y: float
    z: float
    activity: float
    age: float
    #: Root mean square in dB below full scale; None from daemons that do not report it.
    level_dbfs: float | None = None


@dataclass(frozen=True)
class Block:
    """100 ms of audio: `time` is their end in Unix seconds. `missed` counts blocks lost before this one."""

    seq: int
    time: float
    tracks: tuple[Track, ...]
    missed: int = 0


def connect(address: Place = None, *, reconnect: bool = True, timeout: float | None = None) -> Connection:
    """Blocks of a daemon, for `for` and `async for`.

    address: a path, @NAME or tcp:HOST:PORT; None: the daemon of this user, else the service.
    reconnect: wait for a daemon that is not there, or not any more; else OSError, or the end.
    timeout: seconds to wait for a line before the connection counts as lost; None waits for ever.
    """
    return Connection(addresses(address), reconnect=reconnect, timeout=timeout)


class Connection:
    """Iterates over blocks. `hello` and `status` are the newest lines of these types, as dictionaries."""

    def __init__(self, places: list[Address], *, reconnect: bool, timeout: float | None) -> None:
        self.hello: dict[str, Any] | None = None
        self.status: dict[str, Any] | None = None
        self._places = places
        self._reconnect = reconnect
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._expected: int | None = None
        self._closed = False

    @property
    def elevation(self) -> str:
        """What elevations tell: "signed", or "unsigned" for capsules in a plane, which cannot distinguish above from below."""
        return "unsigned" if (self.hello or {}).get("elevation") == "unsigned" else "signed"

    def close(self) -> None:
        """Ends the iteration, also from another thread."""
        self._closed = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Block]:
        pause = PAUSES[0]
        while not self._closed:
            try:
                self._socket = self._open()
            except OSError:
                if not self._reconnect:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, PAUSES[1])
                continue
            try:
                for block in self._read(self._socket):
                    pause = PAUSES[0]
                    yield block
            except OSError:
                if not self._reconnect and not self._closed:
                    raise
            finally:
                self._socket.close()
                self._socket = None
            if not self._reconnect:
                return
            if not self._closed:
                time.sleep(pause)

    def _open(self) -> socket.socket:
        failure: OSError | None = None
        for place in self._places:
            try:
                connection = place.connect(self._timeout)
            except OSError as error:
                failure = failure or error
            else:
                self._expected = None
                return connection
        raise failure or OSError("no address")

    def _read(self, connection: socket.socket) -> Iterator[Block]:
        pending = bytearray()
        while True:
            piece = connection.recv(65536)
            if not piece:
                return
            pending += piece
            *lines, rest = pending.split(b"\n")
            if max(map(len, [*lines, rest])) > LONGEST_LINE:
                raise ProtocolError(f"expected lines of JSON, found one of more than {LONGEST_LINE} bytes")
            pending = bytearray(rest)
            for line in lines:
                block = self._take(bytes(line))
                if block is not None:
                    yield block

    async def __aiter__(self) -> AsyncIterator[Block]:
        pause = PAUSES[0]
        while not self._closed:
            try:
                reader, writer = await self._open_async()
            except OSError:
                if not self._reconnect:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSES[1])
                continue
            try:
                while True:
                    line = await asyncio.wait_for(reader.readline(), self._timeout)
                    if not line.endswith(b"\n"):
                        break
                    block = self._take(line)
                    if block is not None:
                        pause = PAUSES[0]
                        yield block
            except ValueError as error:
                raise ProtocolError(f"expected lines of JSON, found one of more than {LONGEST_LINE} bytes") from error
            except (OSError, asyncio.TimeoutError):
                if not self._reconnect and not self._closed:
                    raise
            finally:
                self._socket = None
                writer.close()
            if not self._reconnect:
                return
            if not self._closed:
                await asyncio.sleep(pause)

    async def _open_async(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failure: OSError | None = None
        for place in self._places:
            try:
                if place.path is None:
                    reader, writer = await asyncio.open_connection(place.host, place.port, limit=LONGEST_LINE)
                else:
                    reader, writer = await asyncio.open_unix_connection(place.path, limit=LONGEST_LINE)
            except OSError as error:
                failure = failure or error
            else:
                self._expected = None
                return reader, writer
        raise failure or OSError("no address")

    def _take(self, line: bytes) -> Block | None:
        message = parse(line)
        kind = message.get("type")
        if kind == "hello":
            if message.get("protocol") != PROTOCOL:
                raise ProtocolError(f"expected protocol {PROTOCOL}, found {message.get('protocol')!r}: use the client that belongs to it")
            self.hello = message
        elif kind == "status":
            self.status = message
        elif kind == "tracks":
            block = block_of(message)
            missed = 0 if self._expected is None else max(0, block.seq - self._expected)
            self._expected = block.seq + 1
            return Block(block.seq, block.time, block.tracks, missed)
        return None


def parse(line: bytes) -> dict[str, Any]:
    """The object of a line; ProtocolError for anything else."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise ProtocolError(f"expected lines of JSON, found {line[:40]!r}")
    return message


def block_of(message: dict[str, Any]) -> Block:
    """The block of a line of type `tracks`; ProtocolError where a field is missing or of another kind."""
    try:
        tracks = tuple(_track(each) for each in message["tracks"])
        return Block(_count(message["seq"]), _number(message["time"]), tracks)
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"expected a line of tracks as in protocol {PROTOCOL}, found another ({error})") from error


def _track(fields: dict[str, Any]) -> Track:
    numbers = {name: _number(fields[name]) for name in ("azimuth", "elevation", "x", "y", "z", "activity", "age")}
    level = fields.get("level_dbfs")
    return Track(id=_count(fields["id"]), level_dbfs=None if level is None else _number(level), **numbers)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"no number: {value!r}")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 53:
        raise ValueError(f"no count: {value!r}")
    return value
