#!/usr/bin/env python3
"""A subscriber of Bearing's track socket, as a starting point: reports sources that appear, move and disappear.

    subscriber.py [SOCKET]

Needs nothing but Python. The protocol is described in docs/socket.md.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator


def standard_socket() -> str:
    """Where `bearing run` puts its socket by default."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"{runtime}/bearing.sock" if runtime.startswith("/") else f"/tmp/bearing-{os.getuid()}.sock"


def lines(path: str) -> Iterator[dict]:
    """The daemon's messages, one dictionary each, until it goes away."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        for line in connection.makefile(encoding="utf-8"):
            yield json.loads(line)


def main() -> None:
    if sys.argv[1:] in (["--help"], ["-h"]):
        print(__doc__)
        return
    path = sys.argv[1] if len(sys.argv) > 1 else standard_socket()
    present, expected = {}, None
    for message in lines(path):
        if message["type"] == "hello":
            print(f"{message['name']} on {message['source']}: up to {message['max_tracks']} sources", flush=True)
        elif message["type"] == "status":
            if message["state"] != "running":
                print(f"capture is {message['state']}", flush=True)
        elif message["type"] == "tracks":
            # `seq` never skips at the daemon: a gap means that this reader was too slow.
            if expected is not None and message["seq"] != expected:
                print(f"missed {message['seq'] - expected} lines", flush=True)
            expected = message["seq"] + 1
            tracks = {track["id"]: track for track in message["tracks"]}
            for number, track in tracks.items():
                if number not in present:
                    print(f"{number} appears at azimuth {track['azimuth']:.0f}, elevation {track['elevation']:.0f}", flush=True)
            for number in present.keys() - tracks.keys():
                last = present[number]
                print(f"{number} has gone after {last['age']:.1f} s, at azimuth {last['azimuth']:.0f}", flush=True)
            present = tracks


if __name__ == "__main__":
    try:
        main()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        sys.exit(f"subscriber: expected a running daemon, found none: start `bearing run` ({error})")
    except KeyboardInterrupt:
        pass
