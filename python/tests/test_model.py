"""Models: the reader of safetensors, and the network against fixtures that an independent implementation made."""

from __future__ import annotations

import json
import math
import pathlib
import struct
import tempfile
import unittest

import bearing
from test_tables import missing

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = PROJECT / "models/foa-quick.safetensors"


class Reading(unittest.TestCase):
    def test_a_shipped_model(self) -> None:
        model = bearing.read_model(SHIPPED)
        self.assertEqual((model.metadata["features"], model.metadata["form"]), ("foa-covariance", "live"))
        self.assertEqual(model.shape("scaler.mean"), (64, 16))
        values = model.values("scaler.deviation")
        self.assertEqual(len(values), 1024)
        self.assertTrue(all(math.isfinite(value) and value > 0 for value in values))
        with self.assertRaisesRegex(bearing.ModelError, "tensor x"):
            model.values("x")

    def test_files_that_are_none_are_refused_in_a_line(self) -> None:
        def file(header: object, data: bytes = b"", length: int | None = None) -> bytes:
            text = header if isinstance(header, bytes) else json.dumps(header).encode()
            return struct.pack("<Q", len(text) if length is None else length) + text + data

        tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        for content in (b"", b"1234567", file({}, length=1 << 62), file(b"nonsense"), file([1]), file({"a": 1}),
                        file({"a": tensor}, bytes(7)),
                        file({"a": {**tensor, "dtype": "BF16"}}, bytes(8)), file({"a": {**tensor, "shape": [3]}}, bytes(8)),
                        file({"a": {**tensor, "shape": [-2]}}, bytes(8)), file({"a": {**tensor, "data_offsets": [-8, 0]}}, bytes(8)),
                        file({"a": {**tensor, "shape": ["x"]}}, bytes(8)), file(b"[" * 100_000)):
            with self.subTest(content=content[:40]), tempfile.NamedTemporaryFile() as place:
                pathlib.Path(place.name).write_bytes(content)
                with self.assertRaises(bearing.ModelError) as caught:
                    bearing.read_model(place.name)
                self.assertIn(place.name, str(caught.exception))
        with tempfile.NamedTemporaryFile() as place:
            pathlib.Path(place.name).write_bytes(file({"a": tensor}, struct.pack("<2f", 1.5, -2)))
            model = bearing.read_model(place.name)
            self.assertEqual((list(model.values("a")), model.names), ([1.5, -2.0], ["a"]))
            with self.assertRaisesRegex(bearing.ModelError, "expected format"):
                model.module()

        half = {"dtype": "F16", "shape": [3], "data_offsets": [0, 6]}
        with tempfile.NamedTemporaryFile() as place:
            pathlib.Path(place.name).write_bytes(file({"a": half}, struct.pack("<3H", 0x3C00, 0xC100, 1)))
            self.assertEqual(list(bearing.read_model(place.name).values("a")), [1, -2.5, 2**-24])

    @unittest.skipIf(missing("numpy"), missing("numpy"))
    def test_numpy(self) -> None:
        self.assertEqual(bearing.read_model(SHIPPED).numpy("scaler.mean").shape, (64, 16))


@unittest.skipIf(missing("torch"), missing("torch"))
class Network(unittest.TestCase):
    def test_outputs_equal_those_of_the_fixtures(self) -> None:
        import torch

        for form in ("live", "paper"):
            oracle = bearing.read_model(PROJECT / f"Tests/Fixtures/Networks/{form}.safetensors")

            def tensor(name: str, oracle: bearing.Model = oracle) -> torch.Tensor:
                return torch.tensor(oracle.values(name)).reshape(oracle.shape(name))

            network = self.network(oracle, form)
            with torch.no_grad():
                directions, logits = network(tensor("input"))
            self.assertLess((directions.flatten(2) - tensor("inference.directions")).abs().max(), 1e-4)
            self.assertLess((logits - tensor("inference.activity")).abs().max(), 1e-4)

    def network(self, oracle: bearing.Model, form: str) -> object:
        """The fixture's parameters and running statistics, named as in a model file."""
        renamed = {name.split(".", 1)[1]: name for name in oracle.names if name.startswith(("parameters.", "before."))}

        class Renamed:
            path, metadata, names = oracle.path, {}, list(renamed)

            def values(self, name: str) -> object:
                return oracle.values(renamed[name])

            def shape(self, name: str) -> tuple[int, ...]:
                return oracle.shape(renamed[name])

        from bearing.network import DOAnet

        return DOAnet.load(Renamed(), "", form)

    def test_every_shipped_model_runs_on_frames(self) -> None:
        import torch

        for path in sorted((PROJECT / "models").glob("*-*.safetensors")):
            if path.name.startswith("hnet"):
                continue
            model = bearing.read_model(path)
            network = model.module()
            bands, channels = model.shape("scaler.mean")
            tracks = int(model.metadata["maximum_tracks"])
            # At the mean of all features, scaled to zero.
            features = network.mean.expand(1, 10, bands, channels)
            with torch.no_grad():
                directions, logits = network(features)
            self.assertEqual((tuple(directions.shape), tuple(logits.shape)), ((1, 2, tracks, 3), (1, 2, tracks)))
            self.assertTrue(bool(directions.isfinite().all() and logits.isfinite().all()))
            self.assertEqual(network.look_ahead, int(model.metadata["look_ahead"]))


if __name__ == "__main__":
    unittest.main()
