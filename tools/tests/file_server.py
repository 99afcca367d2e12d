"""A server of files on this machine, for the tests of tools that download."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import tempfile
import threading
import time
import unittest
from typing import Any


class Server(http.server.ThreadingHTTPServer):
    """Serves `files` with ranges; `cuts` closes the next answers for a file after so many bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cuts, self.requests, self.answers = {}, {}, [], {}
        self.ranges, self.pause = True, 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        name = self.path.lstrip("/")
        if name not in self.server.files:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.files[name])))
        self.end_headers()

    def do_GET(self) -> None:
        server, name = self.server, self.path.lstrip("/")
        asked = self.headers.get("Range")
        server.requests.append((name, asked))
        if server.answers.get(name):
            return self.send_error(server.answers[name].pop(0))
        if name not in server.files:
            return self.send_error(404)
        body, start = server.files[name], 0
        if asked and server.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if start >= len(body):
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = start + server.cuts[name].pop(0) if server.cuts.get(name) else len(body)
        try:
            self.wfile.write(body[start:min(end, start + 1000)])
            time.sleep(server.pause)
            self.wfile.write(body[start + 1000:end])
        except ConnectionError:
            pass

    def log_message(self, form: str, *values: Any) -> None:
        pass


class DownloadCase(unittest.TestCase):
    """A folder for a tool that downloads by a table, and a server for it."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = os.path.join(self.folder, "out")
        self.table = os.path.join(self.folder, "table.tsv")
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
