"""Model files: a reader of safetensors, and the network as a module of PyTorch."""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    import torch

FORMAT = "bearing-doanet-1"
# Codes of `array`; numbers of 16 bits become floats.
_CODES = {"F16": "f", "F32": "f", "F64": "d", "I32": "i", "I64": "q", "U8": "B"}
_SIZES = {"F16": 2}
_LONGEST_HEADER = 100 << 20


class ModelError(ValueError):
    """A file that is no model: its name, what was expected, what was found."""


def read_model(path: str | os.PathLike[str]) -> Model:
    """A model, or any safetensors file of the program's own kinds of numbers."""
    return Model(path)


class Model:
    """The metadata and tensors of a file. `metadata` maps names to texts; tensors are decoded when they are asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        with open(path, "rb") as file:
            self._data = file.read()
        if len(self._data) < 8:
            raise ModelError(f"{self.path}: expected a safetensors file, found {len(self._data)} bytes")
        (length,) = struct.unpack_from("<Q", self._data)
        if length > min(_LONGEST_HEADER, len(self._data) - 8):
            raise ModelError(f"{self.path}: expected a header within the file, found one of {length} bytes")
        self._start = 8 + length
        try:
            header = json.loads(self._data[8:self._start])
            self.metadata: dict[str, str] = header.pop("__metadata__", {})
            self._entries: dict[str, tuple[str, tuple[int, ...], int, int]] = {
                name: self._entry(name, value) for name, value in header.items()}
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(f"{self.path}: expected the header of a safetensors file, found another ({error})") from None

    def _entry(self, name: str, value: dict[str, Any]) -> tuple[str, tuple[int, ...], int, int]:
        kind, shape, (begin, end) = value["dtype"], tuple(value["shape"]), value["data_offsets"]
        if kind not in _CODES:
            raise ModelError(f"{self.path}: tensor {name}: expected numbers of type {', '.join(_CODES)}, found {kind}")
        size = math.prod(shape) * _SIZES.get(kind, array(_CODES[kind]).itemsize)
        if min((*shape, begin)) < 0 or end - begin != size or self._start + end > len(self._data):
            raise ModelError(f"{self.path}: tensor {name}: expected {size} bytes within the file, found {begin} to {end}")
        return kind, shape, begin, end

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def shape(self, name: str) -> tuple[int, ...]:
        return self._entry_of(name)[1]

    def values(self, name: str) -> array[Any]:
        """The numbers of a tensor, row by row."""
        kind, _, begin, end = self._entry_of(name)
        data = self._data[self._start + begin:self._start + end]
        if kind == "F16":
            return array("f", struct.unpack(f"<{len(data) // 2}e", data))
        values = array(_CODES[kind], data)
        if sys.byteorder == "big":
            values.byteswap()
        return values

    def numpy(self, name: str) -> numpy.ndarray[Any, Any]:
        import numpy

        return numpy.array(self.values(name)).reshape(self.shape(name))

    def _entry_of(self, name: str) -> tuple[str, tuple[int, ...], int, int]:
        if name not in self._entries:
            raise ModelError(f"{self.path}: expected a tensor {name}, found none")
        return self._entries[name]

    def module(self, prefix: str = "", form: str | None = None) -> torch.nn.Module:
        """The network as a module of PyTorch, in evaluation mode; see `bearing.network.DOAnet`.

        prefix: of the names of the parameters, for files that hold more than a model.
        form: `live` or `paper`; None: what the metadata say.
        """
        if form is None:
            if self.metadata.get("format") != FORMAT:
                raise ModelError(f"{self.path}: expected format {FORMAT}, found {self.metadata.get('format')}")
            form = self.metadata.get("form")
        if form not in ("live", "paper"):
            raise ModelError(f"{self.path}: expected form live or paper, found {form}")
        from .network import DOAnet

        return DOAnet.load(self, prefix, form)
