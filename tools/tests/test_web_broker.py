"""`bearing web --broker` with simulated nodes at mosquitto, in Chromium where there is one."""

from __future__ import annotations

import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from bridge_peers import PROGRAM, certificates  # noqa: E402

from browser.chromium import Chromium  # noqa: E402
from stress.broker import Broker, free_port, program  # noqa: E402
from stress.fleet import Viewer, Web, soak  # noqa: E402
from stress.nodes import CONNACK, PUBLISH, Nodes, numbered, packet, text  # noqa: E402


class WebBroker(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if not PROGRAM.exists():
            raise unittest.SkipTest(f"no program at {PROGRAM}: tools/build builds it")
        missing = [name for name in ("mosquitto", "mosquitto_pub", "mosquitto_passwd", "openssl") if program(name) is None]
        if missing:
            raise unittest.SkipTest(f"no {', '.join(missing)} here (apt: mosquitto, mosquitto-clients, openssl)")

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.broker = Broker(self.folder)
        self.addCleanup(self.broker.kill)

    def nodes(self, count: int) -> Nodes:
        nodes = Nodes(self.broker.port, numbered(count))
        nodes.is_publishing = True
        self.addCleanup(nodes.close)
        return nodes

    def web(self, *options: object) -> Web:
        web = Web(PROGRAM, self.folder, *options).__enter__()
        self.addCleanup(web.__exit__)
        return web

    def wait(self, what: str, nodes: Nodes, condition: Callable[[], object], seconds: float = 30) -> None:
        """Until a condition holds, while nodes publish."""
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                self.fail(f"expected {what} within {seconds:g} s, found none; the log:\n{(self.folder / 'web.log').read_text()}")
            nodes.turn(0.05)

    def test_a_restarted_broker_loses_what_was_sent_meanwhile_only(self) -> None:
        result = soak(PROGRAM, 20, 2, 3, report=lambda _: None)
        self.assertEqual(result.faults, [])
        self.assertGreater(result.states, 100)
        self.assertGreater(result.blocks, 40)

    def test_messages_in_one_record_of_tls_wait_for_nothing(self) -> None:
        certificates(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "broker.pem", self.folder / "broker.key")
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve() -> None:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as client:
                client.recv(4096)
                client.sendall(packet(CONNACK, 0, bytes(2)))
                subscribed = b""
                while b"/state" not in subscribed:
                    subscribed += client.recv(4096)
                # All at once, as some brokers send them; then nothing until the client says that it lives.
                client.sendall(b"".join(packet(PUBLISH, 1, text(f"bearing/n{number}/availability") + b"online") for number in range(50)))
                while client.recv(4096):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        web = self.web("--broker", f"mqtts://127.0.0.1:{listener.getsockname()[1]}", "--ca-file", self.folder / "ca.pem")
        limit = time.monotonic() + 20
        while not web.nodes() and time.monotonic() < limit:
            time.sleep(0.02)
        # One for each wake-up would take a second each.
        time.sleep(2)
        self.assertEqual(len(web.nodes()), 50)

    def test_tls_and_a_password(self) -> None:
        certificates(self.folder)
        subprocess.run([program("mosquitto_passwd"), "-b", "-c", self.folder / "users", "page", "s3cret"], check=True, capture_output=True)
        (self.folder / "users").chmod(0o644)
        secure = free_port()
        self.broker.start("allow_anonymous true", f"listener {secure} 127.0.0.1", f"certfile {self.folder}/broker.pem",
                          f"keyfile {self.folder}/broker.key", "allow_anonymous false", f"password_file {self.folder}/users")
        password = self.folder / "password"
        password.write_text("s3cret\n")
        password.chmod(0o600)
        nodes = self.nodes(40)
        web = self.web("--broker", f"mqtts://127.0.0.1:{secure}", "--user", "page", "--password-file", password,
                       "--ca-file", self.folder / "ca.pem")
        self.wait("all nodes", nodes, lambda: sum(node["availability"] == "online" for node in web.nodes().values()) == 40)
        viewer = Viewer(web.port, "node-0")
        self.addCleanup(viewer.close)
        nodes.watch(viewer.socket.socket, viewer.read)
        self.wait("blocks", nodes, lambda: viewer.blocks > 5)
        nodes.turn(2)
        self.assertGreaterEqual(viewer.sequence or 0, nodes.nodes["node-0"].block - 2)
        self.assertEqual(viewer.missed, 0)
        nodes.is_publishing = False
        nodes.turn(0.5)
        self.assertEqual([name for name, node in web.nodes().items() if node["id"] != nodes.nodes[name].count], [])

    def test_what_a_broker_says_of_a_node(self) -> None:
        self.broker.start()
        nodes = self.nodes(2)
        web = self.web("--broker", f"mqtt://127.0.0.1:{self.broker.port}")
        self.wait("both nodes", nodes, lambda: [node.get("count") for node in web.nodes().values()] == [1, 1])
        metrics = web.get("/metrics")
        for line in ("bearing_broker_up 1", 'bearing_node_up{node="node-1"} 1', 'bearing_node_tracks{node="node-0"} 1'):
            self.assertIn(f"\n{line}\n", metrics)
        # A connection that breaks: the will.
        nodes.drop(nodes.nodes["node-1"])
        nodes.nodes["node-1"].retry = time.monotonic() + 60
        self.wait("offline", nodes, lambda: web.nodes()["node-1"]["availability"] == "offline")

        def publish(topic: str, *arguments: str) -> None:
            subprocess.run([program("mosquitto_pub"), "-p", str(self.broker.port), "-t", topic, *arguments], check=True)

        publish("bearing/node-1/availability", "-r", "-n")
        self.wait("its removal", nodes, lambda: list(web.nodes()) == ["node-0"])
        for content in ("x", '{"count":-1}', "x" * 100_000):
            publish("bearing/hostile/state", "-m", content)
        publish("bearing/<b>/state", "-m", '{"count":0}')
        self.wait("skipped messages", nodes, lambda: web.state()["skipped_messages"] == 3)
        self.assertEqual(list(web.nodes()), ["node-0"])
        self.broker.kill()
        self.wait("the loss", nodes, lambda: not web.state()["connected"])
        self.assertEqual(web.nodes()["node-0"]["availability"], "unknown")
        self.assertIn("lost the broker", web.state()["reason"])

    @unittest.skipUnless(Chromium.path(), "no chromium here")
    def test_the_page_lists_nodes_and_shows_the_one_that_is_picked(self) -> None:
        self.broker.start()
        nodes = self.nodes(12)
        web = self.web("--broker", f"mqtt://127.0.0.1:{self.broker.port}")
        with Chromium() as browser:
            page = browser.page()
            page.view(width=1280, height=900)

            def shown(expression: str) -> Callable[[], object]:
                return lambda: page.value(expression)

            nodes.turn(2)
            page.open(f"http://127.0.0.1:{web.port}/")
            self.wait("the first node", nodes, shown("window.bearing && bearing.state.connected && bearing.state.node === 'node-0'"))
            names = page.value("[...document.querySelectorAll('#nodes .name')].map(name => name.textContent)")
            self.assertEqual(names, [f"node-{number}" for number in range(12)])
            self.wait("all online", nodes, shown("document.getElementById('nodes-count').textContent === '12 of 12 online'"))
            # Its blocks, with the activity.
            self.wait("a block", nodes, shown("bearing.state.shown.tracks[0]?.activity === 0.9 && document.getElementById('held').hidden"))
            # Another one, which publishes states only: its leading source.
            page.value("document.querySelector('#nodes a[href=\"#node-5\"]').click()")
            self.wait("the other's state", nodes, shown(
                "bearing.state.node === 'node-5' && bearing.state.shown.tracks.length === 1 && !document.getElementById('held').hidden"))
            node = nodes.nodes["node-5"]
            self.wait("its newest state", nodes, lambda: page.value("bearing.state.shown.tracks[0]?.id") == node.count)
            self.assertEqual(page.value("document.querySelectorAll('#nodes a[aria-current]').length"), 1)
            self.wait("its point on the map", nodes, shown("bearing.state.drawn.map.length === 1"))
            page.value("document.getElementById('nodes-filter').value = '11', "
                       "document.getElementById('nodes-filter').dispatchEvent(new Event('input'))")
            self.wait("one node in the list", nodes, shown(
                "[...document.querySelectorAll('#nodes li')].filter(item => !item.hidden).length === 1"))
            nodes.drop(node)
            node.retry = time.monotonic() + 60
            self.wait("offline", nodes, shown("!bearing.state.connected && document.getElementById('link-text').textContent === 'offline'"))
            self.broker.kill()
            self.wait("the loss of the broker", nodes, shown("document.getElementById('notice').textContent.includes('lost the broker')"))
            self.broker.start()
            node.retry = 0
            self.wait("its return", nodes, shown("bearing.state.connected && document.getElementById('notice').hidden"), 60)
            page.view(width=360, height=740, mobile=True, scale=3)
            self.assertEqual(page.value("document.documentElement.scrollWidth"), 360)
            self.assertEqual(page.problems, [])

    def test_wrong_options(self) -> None:
        open_file = self.folder / "open"
        open_file.write_text("x")
        open_file.chmod(0o644)
        for arguments, code, said in ((("--broker", "h"), 78, "--broker: expected mqtts://HOST"),
                                      (("--broker", "mqtt://h", "--socket", "s"), 64, "found both"),
                                      (("--broker", "mqtt://h", "--replay", "r"), 64, "found both"),
                                      (("--user", "u"), 78, "expected a broker beside a login"),
                                      (("--broker", "mqtt://h", "--user", "u", "--password-file", open_file), 78, "chmod 600"),
                                      (("--broker", "mqtts://h", "--ca-file", "/nonexistent"), 78, "/nonexistent")):
            answer = subprocess.run([PROGRAM, "web", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=20)
            self.assertEqual(answer.returncode, code, answer.stderr)
            self.assertIn(said, answer.stderr)

    def test_a_node_that_nobody_has_heard_of(self) -> None:
        self.broker.start()
        web = self.web("--broker", f"mqtt://127.0.0.1:{self.broker.port}")
        viewer = Viewer(web.port, "attic")
        self.addCleanup(viewer.close)
        self.assertEqual([json.loads(viewer.socket.receive())["type"] for _ in range(2)], ["connection", "nodes"])
        with self.assertRaises(Exception) as refused:
            Viewer(web.port, "a/b")
        self.assertEqual(getattr(refused.exception, "status", None), 400)


if __name__ == "__main__":
    unittest.main()
