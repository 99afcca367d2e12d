"""The faults of the virtual microphone: how each begins and ends, and which counters of the status line report it."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from faults.daemon import Daemon
    from faults.microphone import Microphone

BUSY, REFUSED_FORMAT, INTERRUPTED, BROKEN, BAD_STATE, NO_DEVICE = 16, 5, 4, 5, 77, 19


@dataclass
class Fault:
    name: str
    #: errno or event, as the documentation names it.
    code: str
    #: Counters of the status line that grow with each injection.
    reported: tuple
    #: Makes the fault; returns when the device is as good as before.
    inject: Callable
    #: Whether the device is away so long (a line is a look at the state) that one must have said `lost` in between.
    loses: bool = False
    #: Counters that must not grow: another fault's.
    silent: tuple = ()
    #: Seconds of audio that each injection costs at least: else the fault was none.
    gap: float = 0
    #: What is done to the device before the daemon is asked to end.
    finale: Callable = None


def once(key: str, **settings: float) -> Callable[[Microphone, Daemon], None]:
    """A momentary fault."""

    def inject(microphone: Microphone, daemon: Daemon) -> None:
        microphone.set(**settings, **microphone.again(key))

    return inject


def during(seconds: float, *phases: dict[str, float], key: str | None = None) -> Callable[[Microphone, Daemon], None]:
    """Lasting faults: each phase has a duration, then the device works."""

    def inject(microphone: Microphone, daemon: Daemon) -> None:
        names = {name for phase in phases for name in phase}
        for number, phase in enumerate(phases):
            extra = microphone.again(key) if key and number == 0 else {}
            microphone.set(**{name: phase.get(name) for name in names}, **extra)
            time.sleep(seconds)
        microphone.set(**{name: None for name in names})

    return inject


def frozen(seconds: float) -> Callable[[Microphone, Daemon], None]:
    """The whole daemon is stopped: a reader slower than the device's buffer."""

    def inject(microphone: Microphone, daemon: Daemon) -> None:
        daemon.signal(signal.SIGSTOP)
        time.sleep(seconds)
        daemon.signal(signal.SIGCONT)

    return inject


LOSSES = ("losses", "stalls", "overruns", "suspends")


def but(*names: str) -> tuple[str, ...]:
    return tuple(name for name in LOSSES if name not in names)


FAULTS = [
    Fault("overrun", "EPIPE", ("overruns",), once("xrun"), silent=but("overruns")),
    Fault("slow reader", "EPIPE", ("overruns",), frozen(0.9), silent=but("overruns"), gap=0.7),
    Fault("suspend, resumes", "ESTRPIPE", ("suspends",), once("suspend"), silent=but("suspends")),
    Fault("suspend, sleeps 0.8 s", "ESTRPIPE", ("suspends",), during(0.8, {"asleep": 1}, key="suspend"), silent=but("suspends"), gap=0.7),
    Fault("suspend, cannot resume", "ESTRPIPE", ("suspends",), during(1.3, {"asleep": 1}, key="suspend"), silent=but("suspends"), gap=0.9),
    Fault("unplugged", "ENODEV, ENOENT", ("losses", "refusals", "reopens"), during(1.0, {"gone": 1}), True, but("losses"), gap=0.9),
    Fault("unplugged, busy at return", "ENODEV, EBUSY", ("losses", "refusals", "busy", "reopens"),
          during(1.0, {"gone": 1}, {"open": BUSY}), True, but("losses"), gap=1.9),
    Fault("unplugged, no format at return", "ENODEV, EIO", ("losses", "refusals", "reopens"),
          during(1.0, {"gone": 1}, {"setup": REFUSED_FORMAT}), True, but("losses"), gap=1.9),
    Fault("gone without a state", "ENODEV", ("losses", "reopens"), once("fails", fail=NO_DEVICE), silent=but("losses")),
    Fault("broken", "EIO", ("losses", "reopens"), once("fails", fail=BROKEN), silent=but("losses")),
    Fault("bad state", "EBADFD", ("losses", "reopens"), once("fails", fail=BAD_STATE), silent=but("losses")),
    Fault("interrupted", "EINTR", ("interrupts",), once("fails", fail=INTERRUPTED), silent=LOSSES),
    Fault("short reads", "short, EAGAIN", ("short_reads", "empty_wakes"), during(0.5, {"short": 97}), silent=LOSSES),
    Fault("stalled", "no data", ("stalls", "reopens"), during(1.3, {"stall": 1}), True, but("stalls"), gap=1.2),
    Fault("clock jumps 250 ms", "none", ("clock_jumps",), once("jumps", jump=250), silent=LOSSES),
]
