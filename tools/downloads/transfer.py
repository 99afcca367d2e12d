"""Downloads of single files: continued where they broke, verified by checksum. And what programs around them share.

A table has a file on each line: name, size in bytes (- where unknown), checksum, address, separated by tabs. A checksum of
32 hexadecimal digits is MD5, one of 64 SHA-256.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import shutil
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

File = collections.namedtuple("File", "name size checksum url")

ALGORITHMS = {32: "MD5", 64: "SHA-256"}
CHUNK = 1 << 20
USAGE, DATA, NO_INPUT, UNAVAILABLE, INPUT_OUTPUT = 64, 65, 66, 69, 74


class Unfit(Exception):
    """One line with what was expected, what was found and what to do."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


class Parser(argparse.ArgumentParser):
    """With the options of every download, and Unfit for wrong ones."""

    def __init__(self, description: str, table: str) -> None:
        super().__init__(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.add_argument("--table", default=os.path.join(os.path.dirname(os.path.realpath(__file__)), table),
                          help=f"addresses and checksums (default: tools/downloads/{table})")
        self.add_argument("--dry-run", action="store_true", help="list the downloads and exit")
        self.add_argument("--retries", type=int, default=8, help="attempts in a row that bring nothing (default: 8)")
        self.add_argument("--timeout", type=float, default=60, help="seconds of silence from the server (default: 60)")

    def error(self, message: str) -> NoReturn:
        raise Unfit(f"{message}; --help shows examples", USAGE)


def read_table(path: str, names: str, described: str) -> list[File]:
    """The files of a table whose names match the pattern `names`, which `described` names in an error."""
    files = []
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise Unfit(f"{path}: expected the table of files, found none ({error.strerror}): correct --table", NO_INPUT) from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if (len(fields) != 4 or not re.fullmatch(names, fields[0]) or not re.fullmatch(r"-|\d+", fields[1])
                or not re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{64}", fields[2]) or not re.match(r"https?://", fields[3])):
            raise Unfit(f"{path}:{number}: expected file ({described}), size or -, MD5 or SHA-256, and http address, separated "
                        f"by tabs, found {line!r}: correct the line", DATA)
        files.append(File(fields[0], None if fields[1] == "-" else int(fields[1]), fields[2].lower(), fields[3]))
    if not files:
        raise Unfit(f"{path}: expected files, found an empty table: correct it", DATA)
    return files


@contextlib.contextmanager
def alone(folder: str, out: str) -> Iterator[None]:
    """Makes `folder` and keeps other runs out of it meanwhile; `out` is what the error calls it."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfit(f"{out}: expected to be alone, found another run: wait for it, or choose another --out",
                        INPUT_OUTPUT) from None
        yield


def state(path: str) -> str:
    """What a dry run says of a download."""
    if os.path.exists(path):
        return "downloaded"
    if os.path.exists(path + ".partial"):
        return f"to fetch from byte {os.path.getsize(path + '.partial')}"
    return "to fetch"


def obtain(wanted: File, path: str, options: argparse.Namespace) -> None:
    """One file with the right checksum; a resumed one that is wrong is fetched once more from its start."""
    if os.path.exists(path):
        if digest(path, wanted) == wanted.checksum:
            print(f"{wanted.name}: already downloaded", flush=True)
            return
        print(f"{wanted.name}: does not fit its checksum, fetching it again", flush=True)
        os.remove(path)
    partial = path + ".partial"
    resumed = os.path.exists(partial) and os.path.getsize(partial) > 0
    found = download(wanted, partial, options)
    if found != wanted.checksum and resumed:
        print(f"{wanted.name}: the parts do not fit each other, fetching it from its start", flush=True)
        os.remove(partial)
        found = download(wanted, partial, options)
    os.replace(partial, path)
    if found != wanted.checksum:
        raise Unfit(f"{wanted.name}: expected {ALGORITHMS[len(wanted.checksum)]} {wanted.checksum}, found {found}: run this again "
                    f"to fetch it again, or, if the publisher has replaced it, correct {options.table}", DATA)


def digest(path: str, wanted: File) -> str:
    """The checksum of a file, of the kind that its table has."""
    total = hashlib.sha256() if len(wanted.checksum) == 64 else hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(CHUNK), b""):
            total.update(piece)
    return total.hexdigest()


def download(wanted: File, partial: str, options: argparse.Namespace) -> str:
    """Fills `partial` from where it ends; its checksum. Attempts that bring something do not count as failures."""
    failures = 0
    while True:
        before = os.path.getsize(partial) if os.path.exists(partial) else 0
        try:
            attempt(wanted, partial, options.timeout)
            return digest(partial, wanted)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416 and before > 0:
                # Longer than what the server has, or exactly as long: the checksum decides.
                if digest(partial, wanted) == wanted.checksum:
                    return wanted.checksum
                os.remove(partial)
            elif error.code < 500 and error.code not in (408, 429):
                raise Unfit(f"{wanted.name}: expected the file at {wanted.url}, found HTTP {error.code} "
                            f"{error.reason}: correct the address in {options.table}", UNAVAILABLE) from None
            problem = f"HTTP {error.code} {error.reason}"
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
            problem = str(getattr(error, "reason", error) or type(error).__name__)
        after = os.path.getsize(partial) if os.path.exists(partial) else 0
        failures = 0 if after > before else failures + 1
        if failures >= options.retries:
            raise Unfit(f"{wanted.name}: expected an answer from {wanted.url}, found {problem} {failures} times: run this "
                        f"again later, it resumes from byte {after}", UNAVAILABLE)
        print(f"{wanted.name}: {problem}, resuming from byte {after}", flush=True)
        time.sleep(min(60, 2 ** failures) - 1)


def attempt(wanted: File, partial: str, timeout: float) -> None:
    """One request; returns when the file is whole by its length."""
    have = os.path.getsize(partial) if os.path.exists(partial) else 0
    request = urllib.request.Request(wanted.url, headers={"User-Agent": "bearing-downloads"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=timeout) as response:
        span = re.match(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if response.status == 206 and not (span and int(span[1]) == have):
            os.remove(partial)
            raise http.client.HTTPException("the server sent another range than asked")
        if response.status != 206:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else wanted.size
        if wanted.size not in (None, total):
            raise Unfit(f"{wanted.name}: expected {wanted.size} bytes at {wanted.url}, found {total}: correct the table",
                        DATA)
        need_space(partial, (total or 0) - have)
        if not have:
            print(f"{wanted.name}: fetching {amount(total)}", flush=True)
        else:
            print(f"{wanted.name}: continuing at {amount(have)} of {amount(total)}", flush=True)
        said = time.monotonic()
        with open(partial, "ab" if have else "wb") as file:
            while piece := response.read1(CHUNK):
                file.write(piece)
                have += len(piece)
                if time.monotonic() - said > (1 if sys.stdout.isatty() else 60):
                    said = time.monotonic()
                    print(f"{wanted.name}: {amount(have)} of {amount(total)}",
                          end="\r" if sys.stdout.isatty() else "\n", flush=True)
    if total is not None and have != total:
        raise http.client.HTTPException(f"the server closed at byte {have} of {total}")


def amount(count: float) -> str:
    return "an unknown size" if count is None else f"{count / 1e6:.1f} MB"


def need_space(path: str, count: int) -> None:
    folder = os.path.dirname(path) or "."
    free = shutil.disk_usage(folder).free
    if count > free:
        raise Unfit(f"{folder}: expected {amount(count)} of free disk space, found {amount(free)}: free space, or choose "
                    "another --out", INPUT_OUTPUT)


def finish(name: str, main: Callable[[], None]) -> None:
    """Runs `main` of the program `name`; every failure becomes one line and an exit code."""
    signal.signal(signal.SIGTERM, interrupt)
    try:
        main()
    except Unfit as unfit:
        print(f"{name}: {unfit}", file=sys.stderr)
        sys.exit(unfit.code)
    except OSError as error:
        print(f"{name}: {error.filename or 'a file'}: expected to read and write it, found {error.strerror or error}: "
              "check the disk and its permissions, then run this again", file=sys.stderr)
        sys.exit(INPUT_OUTPUT)
    except KeyboardInterrupt:
        print(f"{name}: interrupted; the same command resumes from here", file=sys.stderr)
        sys.exit(130)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
