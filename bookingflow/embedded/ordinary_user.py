"""PostgreSQL refuses to run as root. How root starts it all the same, without touching accounts or other folders."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bookingflow.embedded.errors import EmbeddedProblem


@dataclass(frozen=True)
class Disguise:
    """A prefix for the command line, and the user who must own PostgreSQL's files under it."""

    prefix: tuple[str, ...]
    owner: int


def disguise() -> Disguise:
    """How PostgreSQL's programs are to be run by this process's user.

    First choice for root (and for a user whom the system has no name for, which initdb refuses too): a user
    namespace in which root goes by another name; to the file system it is still root, so a closed home is no
    obstacle. Where namespaces are forbidden: user nobody, who may read all files, with data files of its own.
    """
    me = os.geteuid()
    if me != 0 and _is_known(me):
        return Disguise((), me)
    nobody = _nobody()
    if _works(_namespace(nobody)):
        return Disguise(_namespace(nobody), me)
    if me == 0 and _works(_switch(nobody)):
        return Disguise(_switch(nobody), nobody)
    raise EmbeddedProblem(
        "PostgreSQL doesn't run as root, and neither `unshare` nor `setpriv` may change that here: "
        "run BookingFlow as an ordinary user, or name a server in DATABASE_URL."
    )


def give_to(owner: int, folder: Path) -> None:
    """Makes `owner` own the folder and all in it, where the way of running PostgreSQL changed since it was made."""
    if folder.lstat().st_uid == owner:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(parent, name), owner, -1)
    os.lchown(folder, owner, -1)


def _namespace(uid: int) -> tuple[str, ...]:
    return ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}")


def _switch(uid: int) -> tuple[str, ...]:
    identity = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
    reading = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup")
    return ("setpriv", *identity, *reading, "--pdeathsig=INT")


def _works(prefix: tuple[str, ...]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10).returncode == 0


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


def _is_known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
