"""Runs the processes of `manage.py up`, shows their lines, and starts again whatever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

TICK_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0
STEADY_SECONDS = 3.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Program:
    """A Python module to be kept running, with the open files that it inherits."""

    name: str
    module: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


class Supervisor:
    """`on_tick` is called ten times a second between the checks on the processes; it must not block for long."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        on_tick: Callable[[], None],
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        leash, self._leash_holder = os.pipe()
        self._kept = [_Kept(program, environment, leash) for program in programs]
        self._on_tick = on_tick
        self._stop_seconds = stop_seconds
        self._told_to_stop = False

    def run(self) -> None:
        """Returns once SIGINT, SIGTERM or SIGHUP arrived and every process has ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        try:
            while not self._told_to_stop:
                for kept in self._kept:
                    kept.check()
                self._on_tick()
                time.sleep(TICK_SECONDS)
        finally:
            self._stop_all()

    def _stop_all(self) -> None:
        """Asks all at once; whoever is still there after the time allowed is killed."""
        for kept in self._kept:
            kept.ask_to_stop()
        deadline = time.monotonic() + self._stop_seconds
        while any(kept.is_running() for kept in self._kept) and time.monotonic() < deadline:
            time.sleep(TICK_SECONDS / 2)
        for kept in self._kept:
            kept.kill_group()

    def _stop_soon(self, *_: object) -> None:
        self._told_to_stop = True


class _Kept:
    def __init__(self, program: Program, environment: Mapping[str, str], leash: int) -> None:
        self._program = program
        self._environment = environment
        self._leash = leash
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    def check(self) -> None:
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._plan_restart(now)
        if self._process is None and now >= self._start_at:
            self._start(now)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        if self._process is not None and self.is_running():
            self._process.terminate()

    def kill_group(self) -> None:
        if self._process is not None:
            _kill_group(self._process.pid)
            self._process.wait()

    def _start(self, now: float) -> None:
        leash = [sys.executable, "-m", "bookingflow.embedded.leash", str(self._leash)]
        self._process = subprocess.Popen(
            [*leash, self._program.module, *self._program.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self._environment, pass_fds=[self._leash, *self._program.descriptors], start_new_session=True,
        )  # fmt: skip
        self._started_at = now
        threading.Thread(target=_show, args=(self._program.name, self._process.stdout), daemon=True).start()

    def _plan_restart(self, now: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill_group(process.pid)
        lived = now - self._started_at
        self._start_at = now + self._pause
        self._pause = (
            FIRST_PAUSE_SECONDS if lived > STEADY_SECONDS else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        )
        say(f"{self._program.name} {_how_it_ended(process.returncode)}: it is started again")


def _kill_group(leader: int) -> None:
    """A group outlives its leader, so this also ends the workers that a dead one left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def say(text: str, name: str = "up") -> None:
    """One line on standard output under a process's name; a terminal that has gone away is no reason to stop."""
    line = f"{name:<7}| {text}\n".encode()
    with _output, suppress(OSError, ValueError):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


_output = threading.Lock()


def _show(name: str, lines: BinaryIO) -> None:
    with lines:
        for line in lines:
            say(line.decode(errors="replace").rstrip(), name)


def _how_it_ended(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
