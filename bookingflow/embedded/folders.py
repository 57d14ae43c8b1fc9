"""Private folders: made with mode 0700, and refused where somebody else could have put them there."""

import os
import pwd
import stat
from pathlib import Path

from bookingflow.embedded import location
from bookingflow.embedded.errors import EmbeddedProblem


def prepare_data_dir(data_dir: Path) -> None:
    """Makes the data folder (readable by its owner alone) and checks that we may write into it."""
    choose = "choose another one with BOOKINGFLOW_DATA_DIR"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise EmbeddedProblem(f"The data folder {data_dir} is a file, not a folder: {choose}.") from None
    except OSError as fault:
        raise EmbeddedProblem(
            f"The data folder {data_dir} can't be made: {fault.strerror}; {choose}."
        ) from None
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        owner, me = _name(data_dir.stat().st_uid), _name(os.geteuid())
        raise EmbeddedProblem(f"The data folder {data_dir} (of {owner}) is not writable for {me}: {choose}.")


def prepare_runtime_dirs(data_dir: Path) -> None:
    """The folders of locks, sockets and logs."""
    prepare_data_dir(data_dir)
    private_dir(location.lock_dir(data_dir))
    private_dir(location.log_dir(data_dir))
    runtime = location.runtime_dir(data_dir)
    if runtime != location.lock_dir(data_dir):
        private_dir(runtime.parent)
        private_dir(runtime)


def private_dir(folder: Path) -> None:
    """Makes `folder` with mode 0700; refuses a symbolic link, a foreign owner, and anything but a folder."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as fault:
        raise EmbeddedProblem(f"The folder {folder} can't be made: {fault.strerror}.") from None
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise EmbeddedProblem(f"{folder} must be a folder, and is something else: remove it.")
    if found.st_uid != os.geteuid():
        owner, me = _name(found.st_uid), _name(os.geteuid())
        raise EmbeddedProblem(
            f"{folder} belongs to {owner}, not to {me}: run BookingFlow as {owner}, or choose another data folder "
            "with BOOKINGFLOW_DATA_DIR."
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
