"""Signatures of the toolchain that tools/setup fetches: whose, of what, and when they were made."""

from __future__ import annotations

import unittest

import toolchain_case
from toolchain_case import ADDRESS, NAME, toolchain


class Signatures(toolchain_case.ToolchainCase):
    def test_a_signature_by_another_key_is_refused(self) -> None:
        other = self.keys.make("Somebody else")
        self.serve(self.archive, self.keys.sign(other, self.archive))
        self.refused("found a signature by the key")
        # Nor does it help to offer that key in the place of Swift's, or beside it.
        self.server.files["key.asc"] = self.keys.public(other)
        self.refused(f"found a signature by the key {other}")
        self.server.files["key.asc"] = self.keys.public(other) + self.keys.public(self.key)
        self.refused(f"found a signature by the key {other}")

    def test_a_signature_of_another_archive_is_refused(self) -> None:
        self.serve(toolchain(), self.signature)
        self.refused("found a signature of other content")

    def test_a_changed_remainder_of_a_download_is_refused_and_fetched_anew(self) -> None:
        (self.project / ".toolchain").mkdir()
        (self.project / ".toolchain" / f"{NAME}.tar.gz").write_bytes(b"x" * 1000)
        self.refused("found a signature of other content")
        self.run_setup()
        self.assertEqual(self.left(), [NAME])

    def test_what_is_no_signature_is_refused(self) -> None:
        for text in (b"", b"<html>not found</html>"):
            with self.subTest(text):
                self.serve(self.archive, text)
                self.refused("found no signature")

    def test_a_missing_signature_or_key_is_named(self) -> None:
        self.serve(self.archive, None)
        self.assertIn(f"{ADDRESS}.sig, found (22) The requested URL returned error: 404", self.run_setup(status=1))
        del self.server.files["key.asc"]
        self.assertIn("key.asc, found (22)", self.run_setup(status=1))
        self.assertEqual(self.left(), [])

    def test_an_expired_key_counts_for_what_it_signed_before(self) -> None:
        key = self.keys.make("Expired", time="20240101T000000", expiry="seconds=31536000")
        self.pin(key)
        self.server.files["key.asc"] = self.keys.public(key)
        self.serve(self.archive, self.keys.sign(key, self.archive, time="20240601T000000"))
        self.run_setup()
        self.assertEqual(self.left(), [NAME])

    def test_an_expired_key_does_not_count_for_what_it_signed_later(self) -> None:
        key = self.keys.make("Expired early", time="20240101T000000")
        late = self.keys.sign(key, self.archive, time="20240601T000000")
        self.keys.gpg("--quick-set-expire", key, "seconds=2592000", time="20240102T000000")
        self.pin(key)
        self.server.files["key.asc"] = self.keys.public(key)
        self.serve(self.archive, late)
        self.refused("found a signature made after its key had expired")


if __name__ == "__main__":
    unittest.main()
