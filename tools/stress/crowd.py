"""A crowd of subscribers in one loop: some read, some write, some never read, some come and go. Standard library only."""

from __future__ import annotations

import heapq
import itertools
import json
import random
import select
import socket
import time
from collections.abc import Callable
from typing import Any

from stress.daemon import Daemon
from stress.lines import STATUS, TRACKS, LineCheck

NOISE = b"{" * 65536
STALLED_ROOM = 4096


class Subscriber:
    """One connection and its role: healthy, talking, stalled or leaving."""

    def __init__(self, kind: str, connection: socket.socket, sampled: bool) -> None:
        self.kind = kind
        self.sampled = sampled
        self.connection = connection
        self.lines = LineCheck()
        self.since = time.monotonic()
        self.mute = False


class Crowd:
    """stall_allowance: seconds beyond the daemon's stall_seconds after which a stalled one must be disconnected."""

    def __init__(self, daemon: Daemon, stall_allowance: float, seed: int) -> None:
        self.daemon = daemon
        self.stall_allowance = stall_allowance
        self.random = random.Random(seed)
        self.epoll = select.epoll()
        self.members = {}
        self.timers = []
        self.order = itertools.count()
        self.joined = 0
        self.faults = []
        self.visits = self.lines_heard = 0
        self.stall_times = []
        self.delays = []
        self.status = {}
        self.latest_loop = 0.0
        self.ending = False

    # Who is there.

    def join(self, kind: str) -> Subscriber | None:
        try:
            connection = self.daemon.connect(room=STALLED_ROOM if kind == "stalled" else None)
        except OSError as error:
            self.blame(f"a {kind} one could not connect: {error}")
            return None
        connection.setblocking(False)
        # One in sixteen is enough to see how late lines are.
        member = Subscriber(kind, connection, sampled=kind == "healthy" and self.joined % 16 == 0)
        self.joined += 1
        self.members[connection.fileno()] = member
        events = {"stalled": 0, "talking": select.EPOLLIN | select.EPOLLOUT}.get(kind, select.EPOLLIN)
        self.epoll.register(connection.fileno(), events)
        if kind == "leaving":
            self.visits += 1
            self.later(self.random.expovariate(1 / 4), lambda: self.depart(member))
        elif kind == "stalled":
            self.later(self.daemon.stall_seconds + self.stall_allowance, lambda: self.judge_stalled(member))
            if self.daemon.over == "tcp":
                self.later(1, lambda: self.ask_stalled(member))
        return member

    def forget(self, member: Subscriber) -> None:
        number = member.connection.fileno()
        if self.members.pop(number, None):
            self.epoll.unregister(number)
            member.connection.close()
            if member.lines.fault:
                self.blame(f"a {member.kind} one: {member.lines.fault}")

    def depart(self, member: Subscriber) -> None:
        """Leaves in one of the ways that people leave, and comes back."""
        if member.connection.fileno() < 0 or self.ending:
            return
        way = self.random.randrange(4)
        if way == 0 and not member.mute:
            # Only its sending half: it must still receive lines.
            member.mute = True
            member.connection.shutdown(1)
            return self.later(self.random.uniform(0.2, 1), lambda: self.depart(member))
        if way == 1 and not member.mute:
            try:
                member.connection.send(NOISE)
            except OSError:
                pass
        self.forget(member)
        # Some are back at once, and gone before they have read a byte.
        if way == 2 and not self.ending:
            try:
                self.daemon.connect().close()
                self.visits += 1
            except OSError as error:
                self.blame(f"a leaving one could not connect: {error}")
        self.later(self.random.expovariate(1 / 1.5), lambda: self.ending or self.join("leaving"))

    def ask_stalled(self, member: Subscriber) -> None:
        """Sends data each second: a kernel whose buffer is full may drop the daemon's reset, and is reset again when it sends."""
        if member.connection.fileno() < 0 or self.ending:
            return
        try:
            member.connection.send(b"\n")
        except OSError:
            return  # The loop gets an event for it, too.
        self.later(1, lambda: self.ask_stalled(member))

    def judge_stalled(self, member: Subscriber) -> None:
        """Its time is over."""
        if member.connection.fileno() >= 0 and not self.ending:
            self.blame(f"a stalled one is still connected after {time.monotonic() - member.since:.0f} s")
            self.forget(member)

    def leave_stalled(self, member: Subscriber, seconds: float) -> None:
        self.stall_times.append(seconds)
        self.forget(member)
        self.later(self.random.uniform(0, 2), lambda: self.ending or self.join("stalled"))

    # The loop.

    def later(self, seconds: float, action: Callable[[], Any]) -> None:
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), action))

    def run_until(self, end: float) -> None:
        before = time.monotonic()
        while before < end and self.daemon.lives():
            due = min(end, self.timers[0][0]) if self.timers else end
            events = self.epoll.poll(max(0, due - time.monotonic()), 4096)
            began = time.monotonic()
            for number, event in events:
                if number in self.members:
                    self.serve(self.members[number], event)
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[-1]()
            before = time.monotonic()
            self.latest_loop = max(self.latest_loop, before - began)

    def serve(self, member: Subscriber, event: int) -> None:
        if member.kind == "stalled":
            seconds = time.monotonic() - member.since
            if seconds < self.daemon.stall_seconds:
                self.blame(f"a stalled one was disconnected after {seconds:.1f} s already")
            return self.leave_stalled(member, seconds)
        if event & select.EPOLLOUT and member.kind == "talking":
            try:
                member.connection.send(NOISE)
            except OSError:
                pass
        if not event & ~select.EPOLLOUT:
            return
        try:
            piece = member.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            piece = b""
            member.lines.blame(f"{error}")
        if not piece:
            if not self.ending:
                member.lines.blame("the daemon closed the connection")
            return self.forget(member)
        lines = member.lines.take(piece)
        self.lines_heard += len(lines)
        if member.sampled:
            self.measure(lines)

    def measure(self, lines: list[bytes]) -> None:
        now = time.time()
        for line in lines:
            try:
                if line.startswith(TRACKS):
                    self.delays.append(now - json.loads(line)["time"])
                elif line.startswith(STATUS):
                    self.status = json.loads(line)
            except ValueError:
                self.blame(f"a line that is not JSON: {line[:60]!r}")

    def blame(self, fault: str) -> None:
        self.faults.append(fault)

    def count(self, *kinds: str) -> int:
        return sum(member.kind in kinds for member in self.members.values())

    # The end.

    def finish(self, seconds: float) -> int:
        """Waits until every reader has received what the first of them has; returns how many have."""
        self.ending = True
        readers = [m for m in self.members.values() if m.kind in ("healthy", "talking")]
        goal = max((m.lines.last or 0 for m in readers), default=0)
        end = time.monotonic() + seconds
        while time.monotonic() < end and any((m.lines.last or 0) < goal for m in readers):
            self.run_until(time.monotonic() + 0.2)
        late = [m for m in readers if m.lines.last is None or m.lines.last < goal]
        for member in late:
            self.blame(f"a {member.kind} one received lines up to seq {member.lines.last} of {goal}")
        return len(readers) - len(late)

    def disperse(self) -> None:
        for member in list(self.members.values()):
            self.forget(member)
