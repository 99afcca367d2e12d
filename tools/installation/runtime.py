"""The Swift runtime, which is part of a toolchain and of no distribution: an installed program brings its own.

It is licensed under Apache 2.0 with the Runtime Library Exception; its licence is installed with it.
"""

import pathlib
import struct
import subprocess

from .layout import InstallationError

OWN_FOLDER = b"$ORIGIN"
PT_LOAD, PT_DYNAMIC = 1, 2
DT_STRTAB, DT_RUNPATH = 5, 29


def libraries(program: pathlib.Path) -> list[pathlib.Path]:
    """Those that the program, and they themselves, take from the toolchain's folder of the runtime."""
    result = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    found: dict[str, pathlib.Path] = {}
    for line in result.stdout.splitlines():
        name, arrow, place = line.strip().partition(" => ")
        if arrow and place.startswith("not found"):
            raise InstallationError(f"{program}: expected all its libraries, found no {name}: build it here with tools/build")
        if arrow and place.startswith("/"):
            found[name] = pathlib.Path(place.split(" (")[0])
    core = found.get("libswiftCore.so")
    return [] if core is None else sorted(path for path in found.values() if path.parent == core.parent)


def licence(library: pathlib.Path) -> pathlib.Path:
    """The licence of the toolchain that a library is part of."""
    for folder in library.resolve().parents:
        place = folder / "share/swift/LICENSE.txt"
        if place.exists():
            return place
    raise InstallationError(f"{library}: expected share/swift/LICENSE.txt above it, found none: is the toolchain complete?")


def search_own_folder_only(program: bytes) -> bytes:
    """The program with a RUNPATH of `$ORIGIN` alone.

    Swift's linker leaves `TOOLCHAIN:$ORIGIN`. Swift's libraries on Linux fit only the compiler that they came with, so an
    installed program must not find those of a toolchain that has been replaced since. Nothing is written but the place in the
    table of strings from which the path is read: its tail is the path that is wanted.
    """
    data = bytearray(program)
    if data[:6] != b"\x7fELF\x02\x01":
        raise InstallationError("expected a 64-bit little-endian ELF program, found another kind of file")
    headers, = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    segments = [struct.unpack_from("<IIQQQQQQ", data, headers + size * index) for index in range(count)]
    dynamic = next(segment for segment in segments if segment[0] == PT_DYNAMIC)
    entries = {}
    for place in range(dynamic[2], dynamic[2] + dynamic[5], 16):
        tag, value = struct.unpack_from("<QQ", data, place)
        entries.setdefault(tag, (place, value))
        if tag == 0:
            break
    if DT_RUNPATH not in entries:
        raise InstallationError("expected a program with a RUNPATH, found none: build it with tools/build")
    table = entries[DT_STRTAB][1]
    load = next(segment for segment in segments if segment[0] == PT_LOAD and segment[3] <= table < segment[3] + segment[5])
    strings = table - load[3] + load[2]
    place, offset = entries[DT_RUNPATH]
    path = bytes(data[strings + offset : data.index(0, strings + offset)])
    if not (path == OWN_FOLDER or path.endswith(b":" + OWN_FOLDER)):
        raise InstallationError(f"expected a RUNPATH that ends with $ORIGIN, found {path.decode()}: build it with tools/build")
    struct.pack_into("<Q", data, place + 8, offset + len(path) - len(OWN_FOLDER))
    return bytes(data)
