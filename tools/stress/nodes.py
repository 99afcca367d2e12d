"""Simulated nodes at a broker of MQTT, which publish as `bearing bridge mqtt` does. Standard library only."""

from __future__ import annotations

import json
import math
import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence

KEEP_ALIVE = 60
RETRY_SECONDS = 1.0
CONNECT, CONNACK, PUBLISH, PUBACK, PING = 1, 2, 3, 4, 12


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


def packet(kind: int, flags: int, body: bytes) -> bytes:
    """A packet of MQTT 3.1.1 (section 2.2), with its length in groups of seven bits."""
    length, count = b"", len(body)
    while True:
        count, low = divmod(count, 128)
        length += bytes([low | (0x80 if count else 0)])
        if not count:
            return bytes([kind << 4 | flags]) + length + body


class Node:
    """One connection to the broker. A state's `id` counts the states, so that a receiver knows the newest."""

    def __init__(self, name: str, number: int, has_blocks: bool) -> None:
        self.name, self.number, self.has_blocks = name, number, has_blocks
        self.socket: socket.socket | None = None
        self.is_up = False
        self.pending = b""
        #: States so far, also those that no broker took; and those that one took.
        self.count = 0
        self.confirmed = 0
        self.block = 0
        self.retry = 0.0
        self.state_due = self.block_due = self.ping_due = 0.0
        self._next_packet = 1
        self._waiting: dict[int, bool] = {}

    def connect(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        will = text(f"bearing/{self.name}/availability") + text("offline")
        # A clean session, and a will that is retained and confirmed.
        self.socket.sendall(packet(CONNECT, 0, text("MQTT") + bytes([4, 0x02 | 0x04 | 0x08 | 0x20])
                                   + struct.pack(">H", KEEP_ALIVE) + text(self.name) + will))
        self.pending = b""

    def drop(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket, self.is_up, self.retry = None, False, time.monotonic() + RETRY_SECONDS
        self._waiting.clear()

    def publish(self, kind: str, payload: str, is_state: bool = False) -> None:
        assert self.socket is not None
        number, self._next_packet = self._next_packet, self._next_packet % 65535 + 1
        self._waiting[number] = is_state
        topic = text(f"bearing/{self.name}/{kind}") + struct.pack(">H", number)
        self.socket.sendall(packet(PUBLISH, 0x3, topic + payload.encode()))

    def azimuth(self, now: float) -> int:
        return round(170 * math.sin(now / 20 + self.number))

    def publish_state(self, now: float) -> None:
        self.count += 1
        if self.is_up:
            state = {"azimuth": self.azimuth(now), "count": 1, "elevation": 4, "id": self.count, "level": -28, "sound": "ON"}
            self.publish("state", json.dumps(state), is_state=True)

    def publish_block(self, now: float) -> None:
        assert self.socket is not None
        self.block += 1
        track = {"id": 7, "azimuth": self.azimuth(now), "elevation": 4.0, "activity": 0.9, "age": 1.4, "level_dbfs": -28.1}
        line = {"type": "tracks", "seq": self.block, "time": round(time.time(), 4), "tracks": [track]}
        self.socket.sendall(packet(PUBLISH, 0, text(f"bearing/{self.name}/tracks") + json.dumps(line).encode()))

    def receive(self, now: float) -> None:
        assert self.socket is not None
        piece = self.socket.recv(65536)
        if not piece:
            raise OSError("the broker closed the connection")
        self.pending += piece
        # All answers are shorter than 128 bytes.
        while len(self.pending) >= 2 and len(self.pending) >= 2 + self.pending[1]:
            kind, body = self.pending[0] >> 4, self.pending[2:2 + self.pending[1]]
            self.pending = self.pending[2 + len(body):]
            if kind == CONNACK:
                if body[1] != 0:
                    raise OSError(f"the broker refused: code {body[1]}")
                self.is_up = True
                self.publish("availability", "online")
                self.publish_state(now)
                self.ping_due = now + KEEP_ALIVE / 2
            elif kind == PUBACK and self._waiting.pop(struct.unpack(">H", body)[0], False):
                self.confirmed += 1

    def step(self, now: float, is_publishing: bool) -> None:
        """Publishes what is due."""
        if is_publishing and now >= self.state_due:
            self.state_due = max(self.state_due + 1, now)
            self.publish_state(now)
        if not self.is_up:
            return
        assert self.socket is not None
        if is_publishing and self.has_blocks and now >= self.block_due:
            self.block_due = max(self.block_due + 0.1, now)
            self.publish_block(now)
        if now >= self.ping_due:
            self.ping_due = now + KEEP_ALIVE / 2
            self.socket.sendall(packet(PING, 0, b""))


def numbered(count: int) -> list[str]:
    return [f"node-{number}" for number in range(count)]


class Nodes:
    """Many nodes in one thread, which the caller's own loop drives."""

    def __init__(self, port: int, names: Sequence[str], blocks: int = 1) -> None:
        """blocks: how many of them publish each block."""
        self.port = port
        self.nodes = {name: Node(name, number, number < blocks) for number, name in enumerate(names)}
        self.is_publishing = False
        self.selector = selectors.DefaultSelector()
        began = time.monotonic()
        for number, node in enumerate(self.nodes.values()):
            node.state_due = began + number / len(names)

    def watch(self, other: socket.socket, handle: Callable[[], None]) -> None:
        """Calls `handle` whenever another socket has something to read."""
        self.selector.register(other, selectors.EVENT_READ, handle)

    def all_up(self) -> bool:
        return all(node.is_up for node in self.nodes.values())

    def drop(self, node: Node) -> None:
        if node.socket is not None:
            self.selector.unregister(node.socket)
        node.drop()

    def turn(self, seconds: float) -> None:
        """Publishes, answers and connects for a while."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for node in self.nodes.values():
                try:
                    if node.socket is None and now >= node.retry:
                        node.connect(self.port)
                        assert node.socket is not None
                        self.selector.register(node.socket, selectors.EVENT_READ, node)
                    node.step(now, self.is_publishing)
                except OSError:
                    self.drop(node)
            for key, _ in self.selector.select(0.01):
                if not isinstance(key.data, Node):
                    key.data()
                    continue
                try:
                    key.data.receive(now)
                except OSError:
                    self.drop(key.data)

    def close(self) -> None:
        for node in self.nodes.values():
            self.drop(node)
        self.selector.close()
