"""Configuration of ODAS for an array, and its tracks. Standard library only."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import tomllib

from .program import Unfit

RATE = 16000  # Hz, in which ODAS computes: that of its shipped configurations
HOP = 128  # samples
BLOCK = 0.1  # s

# Powers of a direction that a source has on average, and of one without a source: `active` and `inactive` of `sst`.
SETTINGS = {
    "lower": (0.3, 0.15),  # config/odaslive/respeaker_4_mic_array.cfg
    "shipped": (0.4, 0.25),  # respeaker_usb_4_mic_array.cfg, matrix_creator.cfg, minidsp.cfg
    "higher": (0.45, 0.25),
}


def positions(path: Path) -> list[tuple[float, float, float]]:
    """Metres, of the capsules of an array file."""
    try:
        capsules = tomllib.loads(path.read_text())["capsule"]
        return [position(capsule) for capsule in capsules]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise Unfit(f"{path}: expected an array file ({error})") from None


def position(capsule: dict[str, Any]) -> tuple[float, float, float]:
    if "position" in capsule:
        return tuple(map(float, capsule["position"]))
    azimuth, elevation = math.radians(capsule["azimuth"]), math.radians(capsule["elevation"])
    level = capsule["radius"] * math.cos(elevation)
    return level * math.cos(azimuth), level * math.sin(azimuth), capsule["radius"] * math.sin(elevation)


def configuration(
    capsules: list[tuple[float, float, float]], rate: int, powers: tuple[float, float], raw: Path, tracks: Path
) -> str:
    """Text of a configuration that reads `raw` and writes `tracks`; everything but arrays and powers as ODAS ships it."""
    if rate * HOP % RATE != 0:
        raise Unfit(f"expected a rate that gives whole hops of {HOP / RATE * 1000:.0f} ms, found {rate} Hz")
    axis = "( 0.0, 0.0, 1.0 )"
    # Capsules in a horizontal plane cannot distinguish above from below: as shipped for such arrays, only above is searched.
    filtered = "( 80.0, 100.0 )" if all(abs(z) < 1e-4 for _, _, z in capsules) else "( 180.0, 180.0 )"
    mics = ",\n".join(
        f"    {{ mu = ( {x:.6f}, {y:.6f}, {z:.6f} ); sigma2 = ( {', '.join(['0.0'] * 9)} ); direction = {axis}; "
        "angle = ( 180.0, 180.0 ); }" for x, y, z in capsules)
    return f"""version = "2.1";
raw: {{ fS = {rate}; hopSize = {rate * HOP // RATE}; nBits = 16; nChannels = {len(capsules)};
  interface: {{ type = "file"; path = "{raw}"; }}; }};
mapping: {{ map: ( {', '.join(str(n + 1) for n in range(len(capsules)))} ); }};
general: {{
  epsilon = 1E-20;
  size: {{ hopSize = {HOP}; frameSize = {2 * HOP}; }};
  samplerate: {{ mu = {RATE}; sigma2 = 0.01; }};
  speedofsound: {{ mu = 343.0; sigma2 = 25.0; }};
  mics = (
{mics}
  );
  spatialfilters = ( {{ direction = {axis}; angle = {filtered}; }} );
  nThetas = 181;
  gainMin = 0.25;
}};
sne: {{ b = 3; alphaS = 0.1; L = 150; delta = 3.0; alphaD = 0.1; }};
ssl: {{
  nPots = 4; nMatches = 10; probMin = 0.5; nRefinedLevels = 1; interpRate = 4;
  scans = ( {{ level = 2; delta = -1; }}, {{ level = 4; delta = -1; }} );
  potential: {{ format = "undefined"; interface: {{ type = "blackhole"; }}; }};
}};
sst: {{
  mode = "kalman"; add = "dynamic";
  active = ( {{ weight = 1.0; mu = {powers[0]}; sigma2 = 0.0025 }} );
  inactive = ( {{ weight = 1.0; mu = {powers[1]}; sigma2 = 0.0025 }} );
  sigmaR2_prob = 0.0025; sigmaR2_active = 0.0225; sigmaR2_target = 0.0025;
  Pfalse = 0.1; Pnew = 0.1; Ptrack = 0.8;
  theta_new = 0.9; N_prob = 5; theta_prob = 0.8; N_inactive = ( 250, 250, 250, 250 ); theta_inactive = 0.9;
  kalman: {{ sigmaQ = 0.001; }};
  particle: {{ nParticles = 1000; st_alpha = 2.0; st_beta = 0.04; st_ratio = 0.5; ve_alpha = 0.05; ve_beta = 0.2; ve_ratio = 0.3;
    ac_alpha = 0.5; ac_beta = 0.2; ac_ratio = 0.2; Nmin = 0.7; }};
  target: ();
  tracked: {{ format = "json"; interface: {{ type = "file"; path = "{tracks}"; }}; }};
}};
sss: {{
  mode_sep = "dds"; mode_pf = "ms"; gain_sep = 1.0; gain_pf = 10.0;
  dds: {{ }}; dgss: {{ mu = 0.01; lambda = 0.5; }}; dmvdr: {{ }};
  ms: {{ alphaPmin = 0.07; eta = 0.5; alphaZ = 0.8; thetaWin = 0.3; alphaWin = 0.3; maxAbsenceProb = 0.9; Gmin = 0.01; winSizeLocal = 3;
    winSizeGlobal = 23; winSizeFrame = 256; }};
  ss: {{ Gmin = 0.01; Gmid = 0.9; Gslope = 10.0; }};
  separated: {{ fS = {RATE}; hopSize = {HOP}; nBits = 16; interface: {{ type = "blackhole"; }}; }};
  postfiltered: {{ fS = {RATE}; hopSize = {HOP}; nBits = 16; gain = 10.0; interface: {{ type = "blackhole"; }}; }};
}};
classify: {{
  frameSize = 4096; winSize = 3; tauMin = 88; tauMax = 551; deltaTauMax = 20; alpha = 0.3; gamma = 0.05; phiMin = 0.5; r0 = 0.2;
  category: {{ format = "undefined"; interface: {{ type = "blackhole"; }}; }};
}};
"""


def messages(text: str) -> list[dict[str, Any]]:
    """ODAS writes one object after the other, without a separator."""
    decoder, found, at = json.JSONDecoder(), [], 0
    text = text.strip()
    while at < len(text):
        try:
            message, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise Unfit(f"expected a message of ODAS at character {at}, found another text ({error.msg})") from None
        found.append(message)
        while at < len(text) and text[at] in "\r\n\t ,":
            at += 1
    return found


def rows(text: str, activity: float, blocks: int) -> list[tuple[int, int, int, int, int]]:
    """(frame, class, track, azimuth, elevation) of each track and block in which its mean activity reaches `activity`.

    A message is of the frame of two hops that ends with hop `timeStamp`, counted from 1; its middle decides on the block.
    """
    sums: dict[tuple[int, int], list[float]] = {}
    counts: dict[int, int] = {}
    for message in messages(text):
        block = int((message["timeStamp"] - 1) * HOP / RATE / BLOCK + 1e-9)
        counts[block] = counts.get(block, 0) + 1
        for source in message["src"]:
            if source["id"] != 0 and block < blocks:
                values = sums.setdefault((block, source["id"]), [0.0] * 4)
                for index, key in enumerate(("x", "y", "z", "activity")):
                    values[index] += source[key]
    return [
        (block, 0, track, round(math.degrees(math.atan2(y, x))), round(math.degrees(math.atan2(z, math.hypot(x, y)))))
        for (block, track), (x, y, z, total) in sorted(sums.items()) if total / counts[block] >= activity and (x, y, z) != (0, 0, 0)
    ]
