"""`bearing bridge mqtt` against mosquitto, with and without TLS, restarted in the middle, and against peers that are no broker."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from bridge_peers import PROGRAM, BridgeCase, certificates, resident, track  # noqa: E402

from stress.broker import Broker, program  # noqa: E402


class Mqtt(BridgeCase):
    def setUp(self) -> None:
        super().setUp()
        missing = [name for name in ("mosquitto", "mosquitto_sub", "mosquitto_pub", "openssl") if program(name) is None]
        if missing:
            self.skipTest(f"no {', '.join(missing)} here (apt: mosquitto, mosquitto-clients, openssl)")
        self.mosquitto = Broker(self.folder)
        self.port = self.mosquitto.port
        self.options: list[str] = []
        self.addCleanup(self.mosquitto.kill)

    def broker(self, *lines: str) -> None:
        self.mosquitto.start(*lines)

    def kill_broker(self) -> None:
        self.mosquitto.kill()

    def subscribe(self, topic: str = "#") -> Path:
        """What arrives from now on: a file of lines: retained (1 or 0), topic, payload."""
        place = self.folder / f"received-{time.monotonic_ns()}"
        with open(place, "w") as output:
            process = subprocess.Popen(
                [program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(self.port), "-t", topic, "-F", "%r %t %p", *self.options],
                stdout=output, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return place

    @staticmethod
    def messages(place: Path, topic: str) -> list[tuple[str, str]]:
        """Of a topic: whether each was retained, and its payload."""
        lines = [line.split(" ", 2) for line in place.read_text().splitlines()]
        return [(line[0], line[2]) for line in lines if len(line) == 3 and line[1] == topic]

    def state(self, place: Path) -> dict:
        found = self.messages(place, "bearing/kitchen/state")
        return json.loads(found[-1][1]) if found else {}

    def start(self, *arguments: object, scheme: str = "mqtt") -> subprocess.Popen:
        return self.bridge("mqtt", "--broker", f"{scheme}://127.0.0.1:{self.port}", "--node", "kitchen", *arguments)

    def test_state_availability_and_discovery_are_retained(self) -> None:
        self.broker()
        daemon = self.daemon(track(7, -31.2, 4.0, -28.4))
        process = self.start("--tracks")
        live = self.subscribe("bearing/#")
        self.wait("a state", lambda: self.state(live).get("azimuth") == -31)
        daemon.tracks = [track(7, 40.0, 4.0, -28.4), track(8, 90.0, 0.0, -10.0)]
        self.wait("the next state", lambda: self.state(live).get("count") == 2)
        self.assertEqual(self.state(live), {"sound": "ON", "count": 2, "id": 7, "azimuth": 40, "elevation": 4, "level": -28})
        late = self.subscribe()
        self.wait("what is retained", lambda: len(late.read_text().splitlines()) >= 7)
        self.assertEqual(self.messages(late, "bearing/kitchen/availability")[0], ("1", "online"))
        self.assertEqual(self.messages(late, "bearing/kitchen/state")[0][0], "1")
        for component, key in (("sensor", "azimuth"), ("sensor", "elevation"), ("sensor", "level"), ("sensor", "count"),
                               ("binary_sensor", "sound")):
            ((retained, payload),) = self.messages(late, f"homeassistant/{component}/bearing_kitchen/{key}/config")
            fields = json.loads(payload)
            self.assertEqual((retained, fields["state_topic"], fields["unique_id"]),
                             ("1", "bearing/kitchen/state", f"bearing_kitchen_{key}"))
            self.assertEqual(fields["device"]["sw_version"], "bearing 9.9.9")
        tracks = [json.loads(payload) for _, payload in self.messages(live, "bearing/kitchen/tracks")]
        sequence = [line["seq"] for line in tracks]
        self.assertEqual(sequence, list(range(sequence[0], sequence[0] + len(sequence))))
        # Home Assistant has started anew.
        subprocess.run([program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(self.port), "-t", "homeassistant/status", "-m", "online"],
                       check=True)
        self.wait("the announcements again",
                  lambda: len(self.messages(late, "homeassistant/binary_sensor/bearing_kitchen/sound/config")) == 2)
        self.wait("the availability again", lambda: len(self.messages(late, "bearing/kitchen/availability")) == 2)
        daemon.end()
        self.wait("offline without a daemon", lambda: self.messages(live, "bearing/kitchen/availability")[-1][1] == "offline")
        self.daemon(track(9, 1.0))
        self.wait("online again", lambda: self.messages(live, "bearing/kitchen/availability")[-1][1] == "online")
        self.assertEqual(self.end(process), 0)
        self.wait("offline at the end", lambda: self.messages(live, "bearing/kitchen/availability")[-1][1] == "offline")

    def test_states_come_on_a_change_and_at_most_once_a_second(self) -> None:
        self.broker()
        daemon = self.daemon(track(7, 0.0))
        self.start()
        live = self.subscribe("bearing/#")
        self.wait("a state", lambda: self.state(live))
        time.sleep(1.2)
        before = len(self.messages(live, "bearing/kitchen/state"))
        time.sleep(2)
        self.assertEqual(len(self.messages(live, "bearing/kitchen/state")), before, "nothing has changed")
        for azimuth in range(30):
            daemon.tracks = [track(7, 2.0 * azimuth)]
            time.sleep(0.1)
        count = len(self.messages(live, "bearing/kitchen/state")) - before
        self.assertTrue(2 <= count <= 5, f"expected a state a second over 3 s of changes, found {count}")

    def test_a_broker_that_is_restarted_gets_everything_again(self) -> None:
        self.daemon(track(7, 12.0))
        process = self.start()
        self.wait("a line about the broker", lambda: self.lines("expected a broker"))
        self.broker()
        self.wait("a connection", lambda: self.lines("connected to the broker"))
        for count in (1, 2):
            self.kill_broker()
            self.wait("a line about the loss", lambda: len(self.lines("lost the broker")) == count)  # noqa: B023
            self.broker()
            place = self.subscribe()
            self.wait("a state", lambda: self.state(place).get("azimuth") == 12)  # noqa: B023
            self.wait("the announcements", lambda: self.messages(  # noqa: B023
                place, "homeassistant/binary_sensor/bearing_kitchen/sound/config"))  # noqa: B023
        self.assertEqual(len(self.lines("connected to the broker")), 3, self.log.read_text())
        self.assertEqual(self.end(process), 0)

    def test_a_killed_bridge_leaves_its_will(self) -> None:
        self.broker()
        self.daemon(track(7, 12.0))
        process = self.start()
        place = self.subscribe()
        self.wait("online", lambda: self.messages(place, "bearing/kitchen/availability"))
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.wait("the will", lambda: self.messages(place, "bearing/kitchen/availability")[-1][1] == "offline")

    def test_tls_and_a_password_from_a_file(self) -> None:
        if program("mosquitto_passwd") is None:
            self.skipTest("no mosquitto_passwd here (apt: mosquitto)")
        certificates(self.folder)
        subprocess.run([program("mosquitto_passwd"), "-b", "-c", self.folder / "users", "bearing", "s3cret"], check=True,
                       capture_output=True)
        (self.folder / "users").chmod(0o644)
        self.broker(f"certfile {self.folder}/broker.pem", f"keyfile {self.folder}/broker.key", f"password_file {self.folder}/users",
                    "allow_anonymous false")
        self.daemon(track(7, 12.0))
        password = self.folder / "password"
        password.write_text("s3cret\n")
        password.chmod(0o600)
        login = ["--user", "bearing", "--password-file", password, "--ca-file", self.folder / "ca.pem"]
        self.options = ["--cafile", str(self.folder / "ca.pem"), "-u", "bearing", "-P", "s3cret"]
        process = self.start(*login, scheme="mqtts")
        self.wait("a connection", lambda: self.lines("connected to the broker"))
        place = self.subscribe()
        self.wait("a state", lambda: self.state(place).get("azimuth") == 12)
        self.kill_broker()
        self.wait("a line about the loss", lambda: self.lines("lost the broker"))
        self.broker()
        self.wait("another connection", lambda: len(self.lines("connected to the broker")) == 2)
        self.assertEqual(self.end(process), 0)
        # A wrong password, and a certificate that nobody has signed who is trusted.
        password.write_text("wrong\n")
        process = self.start(*login, scheme="mqtts")
        self.wait("a refusal", lambda: self.lines("to accept kitchen, found"))
        self.end(process)
        process = self.start("--user", "bearing", "--password-file", password, scheme="mqtts")
        self.wait("a refusal", lambda: self.lines("127.0.0.1"))
        self.assertFalse(self.lines("connected to the broker"))
        self.end(process)

    def test_peers_that_are_no_broker_harm_nothing(self) -> None:
        self.daemon(track(7, 12.0))

        def silent(_: socket.socket) -> None:
            time.sleep(60)

        def garbage(client: socket.socket) -> None:
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 1000)

        def endless(client: socket.socket) -> None:
            # A packet of 256 MiB, and never its end.
            client.sendall(b"\x30\xff\xff\xff\x7f")
            while True:
                client.sendall(b"x" * 4096)
                time.sleep(0.01)

        for peer in (silent, garbage, endless, socket.socket.close):
            with self.subTest(getattr(peer, "__name__", "closes")):
                server = self.server(0, peer)
                self.port = server.port
                process = self.start()
                self.wait("a connection", lambda: server.connections >= 1)  # noqa: B023
                time.sleep(2)
                self.assertIsNone(process.poll())
                self.assertLess(server.connections, 6)
                self.assertLess(len(self.log.read_text().splitlines()), 12, self.log.read_text())
                self.assertLess(resident(process), 200_000)
                began = time.monotonic()
                self.assertEqual(self.end(process), 0)
                self.assertLess(time.monotonic() - began, 4)

    def test_a_wrong_configuration_is_exit_code_78(self) -> None:
        open_file = self.folder / "open"
        open_file.write_text("x")
        open_file.chmod(0o644)
        node = ("--node", "kitchen")
        for arguments, said in (((), "expected a broker"), (("--broker", "mqtt://h"), "expected a name of this microphone"),
                                (("--broker", "h", *node), "--broker: expected mqtts://HOST"),
                                (("--broker", "mqtt://h", "--node", "a/b"), "--node: expected a name"),
                                (("--broker", "mqtt://h", *node, "--user", "u", "--password-file", open_file), "chmod 600"),
                                (("--broker", "mqtts://h", *node, "--ca-file", "/nonexistent"), "/nonexistent")):
            answer = subprocess.run([PROGRAM, "bridge", "mqtt", *map(str, arguments)], capture_output=True, text=True, check=False,
                                    timeout=20)
            self.assertEqual(answer.returncode, 78, answer.stderr)
            self.assertIn(said, answer.stderr)


if __name__ == "__main__":
    unittest.main()
