"""Reads zip archives that lie in one file or in several volumes (.z01, .z02, ..., .zip), which Python's zipfile refuses.

Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 (records) and 4.5.3 (ZIP64). Offsets count from the start of a volume, and
an entry may go on in the next volume.
"""

from __future__ import annotations

import bisect
import collections
import os
import struct
import zlib
from collections.abc import Iterator, Sequence

Entry = collections.namedtuple("Entry", "name flags method crc compressed size volume offset")

CHUNK = 1 << 20


class BadArchive(Exception):
    """A fault of the archive, without its name."""


class Volumes:
    """Several files, in order, as one seekable file."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.files = []
        self.starts = []
        self.size = 0
        for path in paths:
            self.starts.append(self.size)
            self.size += os.path.getsize(path)
            self.files.append(open(path, "rb"))

    def close(self) -> None:
        for file in self.files:
            file.close()

    def read(self, position: int, count: int) -> bytes:
        """`count` bytes from `position`, which may lie in several volumes."""
        if position < 0 or position + count > self.size:
            raise BadArchive(f"expected {count} bytes at {position}, found the end at {self.size}")
        pieces = []
        while count > 0:
            index = bisect.bisect_right(self.starts, position) - 1
            file = self.files[index]
            file.seek(position - self.starts[index])
            piece = file.read(count)
            if not piece:
                raise BadArchive("a volume became shorter while it was read")
            pieces.append(piece)
            position += len(piece)
            count -= len(piece)
        return b"".join(pieces)

    def place(self, volume: int, offset: int) -> int:
        """The position of an offset in one volume."""
        if volume >= len(self.starts):
            raise BadArchive(f"expected volume {volume + 1}, found {len(self.starts)} volumes")
        return self.starts[volume] + offset


def entries(volumes: Volumes) -> list[Entry]:
    """All entries of the central directory, folders included."""
    tail_start = max(0, volumes.size - 65_557)
    tail = volumes.read(tail_start, volumes.size - tail_start)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < 22:
        raise BadArchive("expected the end record of a zip archive, found none")
    last, start_volume, _, count, length, offset = struct.unpack_from("<4H2I", tail, found + 4)
    if found >= 20 and tail[found - 20:found - 16] == b"PK\x06\x07":
        volume64, offset64 = struct.unpack_from("<IQ", tail, found - 16)
        record = volumes.read(volumes.place(volume64, offset64), 56)
        if record[:4] != b"PK\x06\x06":
            raise BadArchive("expected a ZIP64 end record, found none")
        last, start_volume, _, count, length, offset = struct.unpack_from("<2I4Q", record, 16)
    if last + 1 != len(volumes.starts):
        raise BadArchive(f"expected {last + 1} volumes, found {len(volumes.starts)}")
    directory = volumes.read(volumes.place(start_volume, offset), length)
    at = 0
    for _ in range(count):
        if directory[at:at + 4] != b"PK\x01\x02" or at + 46 > length:
            raise BadArchive(f"expected {count} directory entries, found fewer")
        flags, method = struct.unpack_from("<2H", directory, at + 8)
        crc, compressed, size, name_length, extra_length, comment_length, volume = struct.unpack_from(
            "<3I4H", directory, at + 16)
        header, = struct.unpack_from("<I", directory, at + 42)
        name = directory[at + 46:at + 46 + name_length].decode("utf-8" if flags & 0x800 else "cp437")
        extra = directory[at + 46 + name_length:at + 46 + name_length + extra_length]
        size, compressed, header, volume = widen(extra, size, compressed, header, volume)
        yield Entry(name, flags, method, crc, compressed, size, volume, header)
        at += 46 + name_length + extra_length + comment_length


def widen(extra: bytes, size: int, compressed: int, header: int, volume: int) -> Sequence[int]:
    """The numbers that did not fit into the directory, from the ZIP64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field, used = extra[at + 4:at + 4 + length], 0
            numbers = []
            for number, full, form in [(size, 0xFFFFFFFF, "<Q"), (compressed, 0xFFFFFFFF, "<Q"),
                                       (header, 0xFFFFFFFF, "<Q"), (volume, 0xFFFF, "<I")]:
                if number == full:
                    if used + struct.calcsize(form) > len(field):
                        raise BadArchive("expected ZIP64 numbers of an entry, found too few")
                    number, = struct.unpack_from(form, field, used)
                    used += struct.calcsize(form)
                numbers.append(number)
            return numbers
        at += 4 + length
    return size, compressed, header, volume


def contents(volumes: Volumes, entry: Entry) -> Iterator[bytes]:
    """The bytes of one entry, piece by piece; raises after the last one if they do not match the directory."""
    if entry.flags & 1:
        raise BadArchive(f"{entry.name}: expected no password, found an encrypted entry")
    if entry.method not in (0, 8):
        raise BadArchive(f"{entry.name}: expected compression by deflate, found method {entry.method}")
    start = volumes.place(entry.volume, entry.offset)
    header = volumes.read(start, 30)
    if header[:4] != b"PK\x03\x04":
        raise BadArchive(f"{entry.name}: expected its header at byte {entry.offset} of volume {entry.volume + 1}, found none")
    position = start + 30 + sum(struct.unpack_from("<2H", header, 26))
    end = position + entry.compressed
    inflate = zlib.decompressobj(-15) if entry.method == 8 else None
    crc, size = 0, 0
    while position < end:
        piece = volumes.read(position, min(CHUNK, end - position))
        position += len(piece)
        if inflate:
            try:
                piece = inflate.decompress(piece) + (inflate.flush() if position == end else b"")
            except zlib.error as error:
                raise BadArchive(f"{entry.name}: {error}") from None
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        if size > entry.size:
            break
        yield piece
    if (crc, size) != (entry.crc, entry.size):
        raise BadArchive(f"{entry.name}: expected {entry.size} bytes with CRC {entry.crc:08x}, found {size} with {crc:08x}")
