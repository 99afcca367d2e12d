"""`bearing web --broker` with many simulated nodes, while the broker is restarted. Standard library only."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable

from browser.websocket import WebSocket
from stress.broker import Broker
from stress.nodes import Nodes, numbered

TICK = os.sysconf("SC_CLK_TCK")
#: Seconds for what was published to arrive.
QUIET = 1.5
OUTAGE = 5.0
RETURN_SECONDS = 60


class Web:
    """`bearing web`, from entering the context to leaving it."""

    def __init__(self, program: str | pathlib.Path, folder: pathlib.Path, *options: object) -> None:
        self.log = folder / "web.log"
        self.command = [str(program), "web", "--listen", "0", *map(str, options)]

    def __enter__(self) -> Web:
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(self.command, stderr=output)
        limit = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < limit:
            if found := re.search(r"on http://127\.0\.0\.1:(\d+)/", self.log.read_text()):
                self.port = int(found[1])
                return self
            time.sleep(0.02)
        self.__exit__()
        raise RuntimeError(f"expected `bearing web` to serve its page, it said: {self.log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read().decode()

    def state(self) -> dict:
        return json.loads(self.get("/api/state"))

    def nodes(self) -> dict[str, dict]:
        return {node["node"]: node for node in self.state()["nodes"]}

    def memory(self) -> float:
        """Resident megabytes."""
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def seconds(self) -> float:
        """Processor seconds so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK


class Viewer:
    """A page that shows one node: reads everything, and counts the blocks that it missed."""

    def __init__(self, port: int, node: str) -> None:
        self.socket = WebSocket("127.0.0.1", port, f"/feed?node={node}")
        self.sequence: int | None = None
        self.blocks = self.missed = 0

    def close(self) -> None:
        self.socket.close()

    def read(self) -> None:
        """Never waits, since the loop that calls it also starts the broker."""
        for text in self.socket.available():
            line = json.loads(text)
            if line["type"] == "tracks" and not line.get("held"):
                if self.sequence is not None:
                    self.missed += line["seq"] - self.sequence - 1
                self.sequence = line["seq"]
                self.blocks += 1


@dataclasses.dataclass
class Result:
    """What was found: faults are sentences."""

    faults: list[str] = dataclasses.field(default_factory=list)
    states: int = 0
    blocks: int = 0
    meanwhile: int = 0
    #: Megabytes, once a minute.
    memory: list[float] = dataclasses.field(default_factory=list)


def soak(program: str | pathlib.Path, count: int, phases: int, seconds: float, report: Callable[[str], None] = print) -> Result:
    """Runs `phases` of `seconds` each, between which the broker is killed and started again."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        broker = Broker(folder)
        broker.start()
        nodes = Nodes(broker.port, numbered(count))
        try:
            with Web(program, folder, "--broker", f"mqtt://127.0.0.1:{broker.port}") as web:
                viewer = Viewer(web.port, "node-0")
                nodes.watch(viewer.socket.socket, viewer.read)
                for phase in range(phases):
                    if phase > 0:
                        restart(broker, nodes, result)
                    arrive(web, nodes, result)
                    run(web, nodes, viewer, seconds, result, report)
                viewer.close()
        finally:
            nodes.close()
            broker.kill()
    return result


def restart(broker: Broker, nodes: Nodes, result: Result) -> None:
    """Kills the broker while nodes publish, and starts it after a while."""
    before = sum(node.count for node in nodes.nodes.values())
    nodes.is_publishing = True
    nodes.turn(QUIET)
    broker.kill()
    nodes.turn(OUTAGE)
    broker.start()
    nodes.turn(QUIET)
    nodes.is_publishing = False
    result.meanwhile += sum(node.count for node in nodes.nodes.values()) - before


def arrive(web: Web, nodes: Nodes, result: Result) -> None:
    """Waits until everybody is connected; then the newest state of each node must be there."""
    limit = time.monotonic() + RETURN_SECONDS
    while not (nodes.all_up() and web.state()["connected"] and len(web.nodes()) == len(nodes.nodes)):
        if time.monotonic() > limit:
            result.faults.append(f"expected all to be connected within {RETURN_SECONDS} s, found {web.log.read_text()[-300:]}")
            return
        nodes.turn(0.2)
    nodes.turn(QUIET)
    for name, found in web.nodes().items():
        node = nodes.nodes[name]
        if found["availability"] != "online" or found.get("id") != node.count:
            result.faults.append(f"{name}: expected state {node.count}, online, found {found.get('id')}, {found['availability']}")


def run(web: Web, nodes: Nodes, viewer: Viewer, seconds: float, result: Result, report: Callable[[str], None]) -> None:
    """A phase: each state and each block must arrive."""
    sent = {name: node.confirmed for name, node in nodes.nodes.items()}
    received = {name: found["states"] for name, found in web.nodes().items()}
    block, viewer.sequence, viewer.missed, viewer.blocks = nodes.nodes["node-0"].block, None, 0, 0
    nodes.is_publishing = True
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        used, began = web.seconds(), time.monotonic()
        nodes.turn(min(left, 60))
        result.memory.append(web.memory())
        rate = (web.seconds() - used) / (time.monotonic() - began)
        confirmed = sum(node.confirmed for node in nodes.nodes.values())
        report(f"{confirmed:8} states  {viewer.blocks:6} blocks  web {web.memory():6.1f} MB  {rate:.4f} s/s")
    nodes.is_publishing = False
    nodes.turn(QUIET)
    for name, found in web.nodes().items():
        expected, arrived = nodes.nodes[name].confirmed - sent[name], found["states"] - received[name]
        result.states += arrived
        if expected != arrived:
            result.faults.append(f"{name}: expected {expected} states, found {arrived}")
    expected = nodes.nodes["node-0"].block - block
    result.blocks += viewer.blocks
    if viewer.blocks != expected or viewer.missed:
        result.faults.append(f"expected {expected} blocks of node-0, found {viewer.blocks}, {viewer.missed} missing between them")
