"""Chromium and its pages."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from typing import Any

from .websocket import WebSocket


class PageError(Exception):
    """What a script of a page threw, or what did not become true in time."""


class Page:
    """A page, which its browser ends."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.socket = WebSocket(host, port, path, timeout=60)
        self.number = 0
        self.problems: list[str] = []
        """Exceptions and errors that the page has reported."""
        for domain in ("Page", "Runtime", "Log"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            self._note(message)
            if message.get("id") == self.number:
                if "error" in message:
                    raise PageError(f"{method}: {message['error'].get('message')}")
                return message["result"]

    def close(self) -> None:
        self.command("Page.close")
        self.socket.close()

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Runtime.exceptionThrown":
            details = message["params"]["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            entry = message["params"]["entry"]
            self.problems.append(f"{entry['text']} {entry.get('url', '')}")

    def view(self, width: int, height: int, *, dark: bool = False, scale: float = 1, mobile: bool = False) -> None:
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, address: str) -> None:
        self.command("Page.navigate", url=address)

    def value(self, script: str) -> Any:  # noqa: ANN401  # whatever JSON holds
        """What a script gives, promises included."""
        result = self.command("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise PageError(result["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        return result["result"].get("value")

    def wait(self, condition: str, seconds: float = 60) -> None:
        """Waits until a script gives something true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.value(condition):
                    return
            except PageError:
                pass  # The page is being loaded.
            time.sleep(0.05)
        raise PageError(f"expected {condition} within {seconds} s, found it false; problems: {self.problems}")

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of what is in view, or of the whole page."""
        return base64.b64decode(self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])


class Chromium:
    """A browser of its own for as long as the `with` lasts."""

    @staticmethod
    def path() -> str | None:
        return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

    def __enter__(self) -> Chromium:
        path = self.path()
        if path is None:
            raise PageError("expected chromium on the path, found none: apt install chromium")
        # Ignored, as a browser that ends may still write to it.
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        profile = pathlib.Path(self.folder.name)
        options = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "--no-first-run", "--disable-gpu",
                   "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--force-color-profile=srgb",
                   "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars"]
        # Chromium has no sandbox for root.
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        self.process = subprocess.Popen([path, *options, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        place = profile / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (place.exists() and place.read_text().count("\n") >= 1):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.__exit__()
                raise PageError("expected chromium to start within 60 s")
            time.sleep(0.05)
        self.port = int(place.read_text().splitlines()[0])
        return self

    def __exit__(self, *_: object) -> None:
        # Its helpers too.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.folder.cleanup()

    def page(self) -> Page:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=30) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        return Page("127.0.0.1", self.port, "/" + address.split("/", 3)[3])
