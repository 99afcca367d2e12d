"""A client of Bearing: live tracks, files of tracks, labels of other programs, scores and models.

    import bearing

    for block in bearing.connect():
        for track in block.tracks:
            print(track.id, track.azimuth, track.elevation)

Needs Python alone. NumPy, pandas, matplotlib and PyTorch are imported by the functions that use them.
"""

from __future__ import annotations

from .address import Address, standard_addresses
from .client import Block, Connection, ProtocolError, Track, connect
from .events import Event, events
from .model import Model, ModelError, read_model
from .scoring import ScoreError, score
from .tables import Row, TableError, read_events, read_tracks, to_numpy, to_pandas

__version__ = "0.1.0"
__all__ = [
    "Address", "Block", "Connection", "Event", "Model", "ModelError", "ProtocolError", "Row", "ScoreError", "TableError", "Track",
    "connect", "events", "read_events", "read_model", "read_tracks", "score", "standard_addresses", "to_numpy", "to_pandas",
]
