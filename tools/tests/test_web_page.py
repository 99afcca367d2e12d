"""The page of `bearing web` in Chromium: without Chromium, or without the built program, these tests are left out."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from browser.chromium import Chromium, Page
from browser.websocket import HandshakeError, WebSocket

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("BEARING", PROJECT / ".build/release/bearing"))


class Daemon:
    """Says what a test wants on a socket of its own: a block ten times a second, a status each second."""

    def __init__(self, path: str, elevation: str = "signed") -> None:
        self.path = path
        self.tracks: list[dict] = []
        self.elevation = elevation
        self.ended = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        connections = []
        self.listener.settimeout(0.1)
        hello = {"type": "hello", "protocol": 1, "name": "bearing test", "format": "foa", "source": "demo", "max_tracks": 2,
                 "elevation": self.elevation}
        sequence = 0
        while not self.ended.is_set():
            lines = []
            try:
                connection, _ = self.listener.accept()
                connection.sendall(json.dumps(hello).encode() + b"\n")
                connections.append(connection)
                sequence = 0 if len(connections) == 1 else sequence
                lines.append(self.status(sequence))
            except TimeoutError:
                pass
            sequence += 1
            if sequence % 10 == 0:
                lines.append(self.status(sequence))
            lines.append({"type": "tracks", "seq": sequence, "time": round(time.time(), 4), "tracks": self.tracks})
            for connection in list(connections):
                try:
                    connection.sendall("".join(json.dumps(line) + "\n" for line in lines).encode())
                except OSError:
                    connection.close()
                    connections.remove(connection)
        for connection in connections:
            connection.close()
        self.listener.close()
        pathlib.Path(self.path).unlink(missing_ok=True)

    @staticmethod
    def status(blocks: int) -> dict:
        return {"type": "status", "state": "running", "overruns": 0, "dropped_blocks": 3, "blocks": blocks, "subscribers": 1, "load": 0.01,
                "uptime": 4.3, "level_dbfs": [-31.2, -36.0, None, -1.0], "warnings": ["channel 3 is <b>dead</b>"]}

    def end(self) -> None:
        self.ended.set()
        self.thread.join()


def track(number: int, azimuth: float, elevation: float) -> dict:
    return {"id": number, "azimuth": azimuth, "elevation": elevation, "activity": 0.9, "age": 1.4, "level_dbfs": -33.0}


@unittest.skipUnless(Chromium.path(), "no chromium here")
@unittest.skipUnless(PROGRAM.exists(), "nothing is built here")
class WebPage(unittest.TestCase):
    browser: Chromium

    @classmethod
    def setUpClass(cls) -> None:
        cls.browser = Chromium().__enter__()
        cls.addClassCleanup(cls.browser.__exit__)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.socket = f"{folder.name}/feed.sock"
        self.folder = pathlib.Path(folder.name)
        self.daemon: Daemon | None = None

    def tearDown(self) -> None:
        if self.daemon:
            self.daemon.end()

    def serve(self, *options: str) -> tuple[str, int]:
        """Starts `bearing web`: its address and port."""
        log = self.folder / "log"
        with open(log, "w") as output:
            self.web = subprocess.Popen([PROGRAM, "web", "--listen", "0", *options], stderr=output,
                                        env={**os.environ, "BEARING_RESOURCES": str(PROJECT)})
        self.addCleanup(self.stop, self.web)
        deadline = time.monotonic() + 60
        while self.web.poll() is None and time.monotonic() < deadline:
            if found := re.search(r"on (http://127\.0\.0\.1:(\d+)/)", log.read_text()):
                return found[1], int(found[2])
            time.sleep(0.02)
        self.fail(f"expected `bearing web` to serve its page, found: {log.read_text()}")

    def stop(self, web: subprocess.Popen) -> None:
        if web.poll() is None:
            web.send_signal(signal.SIGTERM)
            self.assertEqual(web.wait(timeout=2.5), 0)

    def open(self, address: str, **view: object) -> Page:
        page = self.browser.page()
        self.addCleanup(page.close)
        page.view(**{"width": 1280, "height": 900, **view})
        page.open(address)
        return page

    def live(self, *tracks: dict, elevation: str = "signed", **view: object) -> tuple[Page, int]:
        """A page that shows these tracks, and the server's port."""
        self.daemon = Daemon(self.socket, elevation)
        self.daemon.tracks = list(tracks)
        address, port = self.serve("--socket", self.socket)
        page = self.open(address, **view)
        # Drawn, not only received: drawing waits for the browser's next frame.
        page.wait("window.bearing && bearing.state.connected && Object.values(bearing.state.drawn)"
                  f".every(points => points.length === {len(tracks)})")
        return page, port

    @staticmethod
    def pixel(page: Page, canvas: str, point: str) -> list[int]:
        """The colour that a drawing has at a drawn point."""
        return page.value(f"""(() => {{
            const canvas = document.getElementById("{canvas}"), scale = canvas.width / canvas.clientWidth, point = {point};
            return [...canvas.getContext("2d").getImageData(Math.round(scale * point.x), Math.round(scale * point.y), 1, 1).data];
        }})()""")

    def test_drawings_show_what_the_daemon_reports(self) -> None:
        page, _ = self.live(track(7, 90, 0), track(8, -90, 45))
        for canvas in ("map", "sphere"):
            drawn = {point["id"]: point for point in page.value(f"bearing.state.drawn.{canvas}")}
            self.assertEqual(sorted(drawn), [7, 8])
            # Left is left of the middle, right is right of it, and up is above.
            width, height = page.value(f"(canvas => [canvas.clientWidth, canvas.clientHeight])(document.getElementById('{canvas}'))")
            self.assertLess(drawn[7]["x"], width / 2)
            self.assertGreater(drawn[8]["x"], width / 2)
            self.assertLess(drawn[8]["y"], height / 2)
            for number in (7, 8):
                wanted = page.value(f"import('/palette.js').then(palette => palette.colourOf({number}))")
                colour = self.pixel(page, canvas, f"bearing.state.drawn.{canvas}.find(point => point.id === {number})")
                self.assertEqual("#" + "".join(f"{value:02x}" for value in colour[:3]), wanted)
        rows = page.value("[...document.querySelectorAll('#sources tr')].filter(row => !row.hidden)"
                          ".map(row => row.innerText.replace(/\\s+/g, ' '))")
        self.assertEqual([row.strip() for row in rows], ["7 90°left 0° −33 dB 1.4 s", "8 90°right 45° −33 dB 1.4 s"])
        self.assertEqual(page.value("document.getElementById('summary').textContent"),
                         "source 7: 90 degrees left, 0 degrees up; source 8: 90 degrees right, 45 degrees up")
        # Text from outside is text.
        self.assertEqual(page.value("document.querySelector('#warnings li').textContent"), "channel 3 is <b>dead</b>")
        self.assertEqual(page.value("[...document.querySelectorAll('.meter output')].map(o => o.textContent)"),
                         ["−31.2 dBFS", "−36.0 dBFS", "silent", "−1.0 dBFS"])
        assert self.daemon
        self.daemon.tracks = [{**track(9, 0, 0), "level_dbfs": -200.0}]
        page.wait("document.getElementById('sources').innerText.includes('silent')")
        # A track that is over disappears from all of them.
        self.daemon.tracks = []
        page.wait("bearing.state.shown.tracks.length === 0 && bearing.state.drawn.map.length === 0")
        self.assertFalse(page.value("document.getElementById('silence').hidden"))
        self.assertEqual(page.problems, [])

    def test_elevations_without_sign_are_shown_so(self) -> None:
        page, _ = self.live(track(7, 90, 30), elevation="unsigned")
        row = "[...document.querySelectorAll('#sources tr')].find(row => !row.hidden).innerText.replace(/\\s+/g, ' ')"
        page.wait(f"{row}.includes('±30°')")
        self.assertEqual(page.value("document.getElementById('summary').textContent"), "source 7: 90 degrees left, 30 degrees up or down")
        # A ring where the source may be as well: the mirror image below the horizon.
        drawn = page.value("bearing.state.drawn.map[0]")
        height = page.value("document.getElementById('map').clientHeight")
        ring = {"x": drawn["x"], "y": 8 + (height - 30) - (drawn["y"] - 8)}
        colours = [self.pixel(page, "map", json.dumps({"x": ring["x"] + across, "y": ring["y"]})) for across in range(-14, 15)]
        self.assertGreater(len({tuple(colour) for colour in colours}), 2, "nothing but the field and its grid")
        self.assertEqual(page.problems, [])

    def test_the_past_can_be_seen_again(self) -> None:
        page, _ = self.live(track(7, 30, 0))
        page.wait("bearing.state.blocks > 10")
        assert self.daemon
        self.daemon.tracks = [track(9, -30, 0)]
        page.wait("bearing.state.drawn.map[0]?.id === 9")
        page.value("bearing.go(bearing.state.first + 0.3)")
        page.wait("bearing.state.drawn.map[0]?.id === 7 && bearing.state.moment !== null")
        self.assertFalse(page.value("document.getElementById('behind').hidden"))
        page.value("document.getElementById('live').click()")
        page.wait("bearing.state.drawn.map[0]?.id === 9 && bearing.state.moment === null")
        # A page that is opened later has the past too.
        later = self.open(page.value("location.href"))
        later.wait("window.bearing && bearing.state.blocks > 10")
        self.assertEqual(later.value("bearing.state.first"), page.value("bearing.state.first"))

    def test_a_daemon_that_ends_is_reported_and_its_return_is_seen(self) -> None:
        page, _ = self.live(track(7, 0, 0))
        assert self.daemon
        self.daemon.end()
        page.wait("!bearing.state.connected && !document.getElementById('notice').hidden")
        self.assertIn("closed the connection", page.value("document.getElementById('notice').textContent"))
        self.daemon = Daemon(self.socket)
        self.daemon.tracks = [track(11, 10, 10)]
        page.wait("bearing.state.connected && bearing.state.shown.tracks[0]?.id === 11 && document.getElementById('notice').hidden")

    def test_a_server_that_is_killed_is_reported_and_its_return_is_seen(self) -> None:
        self.daemon = Daemon(self.socket)
        self.daemon.tracks = [track(7, 0, 0)]
        command = [PROGRAM, "web", "--socket", self.socket, "--listen"]
        address, port = self.serve("--socket", self.socket)
        page = self.open(address)
        page.wait("window.bearing && bearing.state.connected")
        self.web.kill()
        self.web.wait()
        page.wait("!bearing.state.connected && document.getElementById('notice').textContent.includes('does not answer')")
        again = subprocess.Popen([*command, str(port)], stderr=subprocess.DEVNULL, env={**os.environ, "BEARING_RESOURCES": str(PROJECT)})
        self.addCleanup(self.stop, again)
        page.wait("bearing.state.connected && bearing.state.shown.tracks.length === 1")

    def test_64_clients_are_served_and_the_next_is_told(self) -> None:
        self.daemon = Daemon(self.socket)
        _, port = self.serve("--socket", self.socket)
        clients = [WebSocket("127.0.0.1", port, "/feed") for _ in range(64)]
        with self.assertRaises(HandshakeError) as refused:
            WebSocket("127.0.0.1", port, "/feed")
        self.assertEqual(refused.exception.status, 503)
        for client in clients:
            while json.loads(client.receive())["type"] != "tracks":
                pass
        for client in clients:
            client.close()

    def test_another_sites_page_is_refused(self) -> None:
        self.daemon = Daemon(self.socket)
        address, port = self.serve("--socket", self.socket)
        with self.assertRaises(HandshakeError) as refused:
            WebSocket("127.0.0.1", port, "/feed", {"Origin": "http://evil.example"})
        self.assertEqual(refused.exception.status, 403)
        with self.assertRaises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(urllib.request.Request(address + "api/state", headers={"Host": "evil.example"}), timeout=20)
        answer.exception.close()
        self.assertEqual(answer.exception.code, 421)
        # A page of another origin, in the browser itself.
        page = self.open("data:text/html,<p>other</p>")
        script = (f"new Promise(done => {{ const socket = new WebSocket('ws://127.0.0.1:{port}/feed');"
                  " socket.onopen = () => done('open'); socket.onclose = () => done('closed'); })")
        self.assertEqual(page.value(script), "closed")
        self.assertEqual(page.value(f"fetch('{address}api/state').then(() => 'read', () => 'refused')"), "refused")

    def test_a_telephone_needs_no_sideways_scrolling(self) -> None:
        page, _ = self.live(track(123456, -178, -60), track(8, 120, 45), width=360, height=740, mobile=True, scale=3)
        self.assertEqual(page.value("document.documentElement.scrollWidth"), 360)
        for name in ("sphere", "map", "timeline", "compass"):
            self.assertGreater(page.value(f"document.getElementById('{name}').clientHeight"), 120, name)

    def test_dark_and_light_differ_and_are_kept(self) -> None:
        page, _ = self.live(track(7, 0, 0), dark=True)
        background = "getComputedStyle(document.body).backgroundColor"
        dark = page.value(background)
        page.value("document.getElementById('theme').click()")
        light = page.value(background)
        self.assertNotEqual(dark, light)
        page.value("location.reload()")
        page.wait(f"window.bearing && {background} === '{light}'")
        page.value("localStorage.clear()")

    def test_the_keyboard_turns_the_sphere(self) -> None:
        page, _ = self.live(track(7, 0, 0))
        before = page.value("bearing.state.drawn.sphere[0].x")
        page.value("document.getElementById('sphere').focus()")
        for kind in ("keyDown", "keyUp"):
            page.command("Input.dispatchKeyEvent", type=kind, key="ArrowLeft", code="ArrowLeft")
        page.wait(f"Math.abs(bearing.state.drawn.sphere[0].x - {before}) > 5")
        page.value("document.querySelector('[data-view=above]').click()")
        page.wait(f"Math.abs(bearing.state.drawn.sphere[0].x - {before}) < 1")

    def test_a_recording_is_replayed_with_its_sound_and_labels(self) -> None:
        tracks = self.folder / "tracks.csv"
        tracks.write_text("".join(f"{frame},0,1,{frame - 100},10\n" for frame in range(200)))
        address, _ = self.serve("--replay", str(PROJECT / "demo/scene.flac"), "--format", "foa", "--tracks", str(tracks),
                                "--reference", str(PROJECT / "demo/scene.csv"))
        page = self.open(address)
        page.wait("window.bearing && bearing.state.mode === 'replay' && bearing.state.blocks >= 200")
        page.value("bearing.go(5)")
        page.wait("Math.abs(bearing.state.time - 5) < 0.05 && bearing.state.shown.tracks[0]?.azimuth === -51")
        self.assertTrue(page.value("bearing.state.shown.labels.every(label => label.name.startsWith('ref '))"))
        self.assertGreater(page.value("bearing.state.shown.labels.length"), 0)
        page.value("document.getElementById('speed').value = '4', document.getElementById('speed').dispatchEvent(new Event('change'))")
        page.value("document.getElementById('play').click()")
        # It is the sound that moves the drawing on.
        page.wait("bearing.state.time > 6 && bearing.state.shown.tracks[0]?.azimuth > -45")
        page.value("document.getElementById('play').click()")
        self.assertEqual(page.problems, [])

    def test_a_token_is_asked_for_once(self) -> None:
        token = self.folder / "token"
        token.write_text("0123456789abcdefABCDEF\n")
        self.daemon = Daemon(self.socket)
        address, _ = self.serve("--socket", self.socket, "--token-file", str(token))
        page = self.open(address)
        page.wait("document.getElementById('token') !== null")
        page.value("document.getElementById('token').value = '0123456789abcdefABCDEF', document.querySelector('form').requestSubmit()")
        page.wait("window.bearing && bearing.state.connected")
        page.command("Network.clearBrowserCookies")


if __name__ == "__main__":
    unittest.main()
