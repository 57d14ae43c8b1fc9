"""The time that the processes of an application are told, in place of the machine's. PostgreSQL keeps the right one."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Clock:
    """Without libfaketime nothing can be told, and `jumps` is False."""

    file: Path
    library: Path | None

    @property
    def jumps(self) -> bool:
        return self.library is not None

    @property
    def environment(self) -> dict[str, str]:
        if self.library is None:
            return {}
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_RESET": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, seconds: int) -> None:
        """So far from the right time, from within a second on."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.file)


def clock_in(folder: Path) -> Clock:
    clock = Clock(folder / "faketime", _library())
    clock.jump(0)
    return clock


def _library() -> Path | None:
    package = find_spec("libfaketime")
    if package is None or not package.origin:
        return None
    return next(Path(package.origin).parent.rglob("libfaketime.so.1"), None)
