"""Runs `manage.py`'s commands with the services and the SECRET_KEY that they need."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from environs import Env

from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import prepare_data_dir
from bookingflow.embedded.secret import make_secret_key
from bookingflow.embedded.users import services, wanted_services

Execute = Callable[[list[str]], None]

ROOT = Path(__file__).resolve().parents[2]
UP = "up"
LAST_PORT = 65_535
WITHOUT_SERVICES = frozenset(
    {
        "help", "version", "check", "collectstatic", "makemessages", "compilemessages", "diffsettings",
        "startapp", "startproject", UP,
    }
)  # fmt: skip


def run(arguments: Sequence[str], execute: Execute) -> int:
    """Runs one command; finds the services of the data folder running, or starts them for as long as it takes."""
    Env().read_env(str(ROOT / ".env"), recurse=False)
    try:
        _run_command(
            list(arguments), execute, (ROOT / (os.environ.get("BOOKINGFLOW_DATA_DIR") or "var")).resolve()
        )
    except EmbeddedProblem as problem:
        return _failed(arguments, str(problem))
    except SystemExit as end:
        if not isinstance(end.code, str):  # an exit code: the command has said what there is to say
            raise
        return _failed(arguments, end.code)
    except KeyboardInterrupt:
        return 130
    return 0


def _failed(arguments: Sequence[str], sentence: str) -> int:
    """With `--json` standard output has its one document also where the command itself was never reached."""
    print(sentence, file=sys.stderr)
    if "--json" in arguments:
        error = {"code": "SERVICE_UNAVAILABLE", "message": sentence}
        print(json.dumps({"error": error}, ensure_ascii=False))
    return 1


def is_help(arguments: Sequence[str]) -> bool:
    words = list(arguments[1:])
    return not words or words[0] in {"help", "version"} or not {"-h", "--help", "--version"}.isdisjoint(words)


def needs_services(arguments: Sequence[str]) -> bool:
    if is_help(arguments):
        return False
    return arguments[1] not in WITHOUT_SERVICES or "--database" in arguments


def _run_command(arguments: list[str], execute: Execute, data_dir: Path) -> None:
    if arguments[1:2] == [UP]:
        _adopt_port(arguments[2:])
    if not os.environ.get("SECRET_KEY"):
        _find_secret_key(arguments, data_dir)
    wanted = wanted_services(os.environ) if needs_services(arguments) else ()
    if not wanted:
        execute(arguments)
        return
    with services(data_dir, wanted=wanted):
        execute(arguments)


def _adopt_port(options: list[str]) -> None:
    """`--port` counts as PORT, which the settings build links from. What is wrong with it, the command itself says."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--port")
    with suppress(argparse.ArgumentError):
        port = parser.parse_known_args(options)[0].port or ""
        if port.isdecimal() and 1 <= int(port) <= LAST_PORT:
            os.environ["PORT"] = port


def _find_secret_key(arguments: list[str], data_dir: Path) -> None:
    """Where the data folder is ours to fill, so is its key; beside a server elsewhere only `up` makes one."""
    if is_help(arguments):
        os.environ["SECRET_KEY"] = "nothing-is-signed-by-showing-help"  # noqa: S105
    elif wanted_services(os.environ) or arguments[1] == UP:
        prepare_data_dir(data_dir)
        os.environ["SECRET_KEY"] = make_secret_key(data_dir)
