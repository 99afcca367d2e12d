"""A client of the WebSocket protocol (RFC 6455), as much of it as tests need."""

from __future__ import annotations

import base64
import os
import socket
import struct


class HandshakeError(Exception):
    """The server refused: `status` is that of its answer, 0 where there was none."""

    def __init__(self, status: int) -> None:
        super().__init__(f"expected status 101, found {status}")
        self.status = status


class WebSocket:
    """One connection; messages are text."""

    def __init__(self, host: str, port: int, path: str, headers: dict[str, str] | None = None, timeout: float = 20) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.pending = b""
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key,
                  "Sec-WebSocket-Version": "13", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        while b"\r\n\r\n" not in self.pending:
            piece = self.socket.recv(4096)
            if not piece:
                break
            self.pending += piece
        answer, _, self.pending = self.pending.partition(b"\r\n\r\n")
        words = answer.split(b" ", 2)
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        if status != 101:
            self.socket.close()
            raise HandshakeError(status)

    def send(self, text: str) -> None:
        self.frame(1, text.encode())

    def receive(self) -> str:
        """The next message. Raises EOFError at the end."""
        message = b""
        while True:
            first, second = self._take(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._take(8))
            payload = self._take(length)
            opcode = first & 0xF
            if opcode == 8:
                raise EOFError
            if opcode == 9:
                self.frame(10, payload)
            if opcode in (0, 1, 2):
                message += payload
                if first & 0x80:
                    return message.decode()

    def available(self) -> list[str]:
        """Reads once, for a socket that has something to read: the messages that are whole then. Raises EOFError at the end."""
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise EOFError
        self.pending += piece
        messages = []
        while (frame := self._whole_frame()) is not None:
            opcode, payload = frame
            if opcode == 8:
                raise EOFError
            if opcode == 9:
                self.frame(10, payload)
            elif opcode == 1:
                messages.append(payload.decode())
        return messages

    def _whole_frame(self) -> tuple[int, bytes] | None:
        """The opcode and payload of the next frame of a server, which masks none, where all of it is there."""
        if len(self.pending) < 2:
            return None
        head, length = 2, self.pending[1] & 0x7F
        for marker, form in ((126, ">H"), (127, ">Q")):
            if length == marker:
                head += struct.calcsize(form)
                if len(self.pending) < head:
                    return None
                (length,) = struct.unpack(form, self.pending[2:head])
                break
        if len(self.pending) < head + length:
            return None
        opcode, payload = self.pending[0] & 0xF, self.pending[head:head + length]
        self.pending = self.pending[head + length:]
        return opcode, payload

    def close(self) -> None:
        self.socket.close()

    def frame(self, opcode: int, payload: bytes) -> None:
        mask = os.urandom(4)
        if len(payload) < 126:
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | len(payload))
        elif len(payload) < 1 << 16:
            head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, len(payload))
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, len(payload))
        self.socket.sendall(head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)))

    def _take(self, count: int) -> bytes:
        while len(self.pending) < count:
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise EOFError
            self.pending += piece
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken
