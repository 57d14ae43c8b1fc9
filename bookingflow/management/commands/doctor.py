"""`manage.py doctor`."""

from dataclasses import asdict
from typing import Any

from bookingflow import doctor
from bookingflow.lib import commands


class Command(commands.Command):
    help = "Checks what must always hold, and that the services are in reach. Exit code 1 if anything fails."

    def answer(self, **options: Any) -> dict[str, Any]:
        results = list(doctor.examine())
        return {"ok": all(result.ok for result in results), "checks": [asdict(result) for result in results]}

    def told(self, document: Any) -> str:
        return "\n".join(
            f"{'ok    ' if check['ok'] else 'FAILED'}  {_line(check)}" for check in document["checks"]
        )

    def failure(self, document: Any) -> str:
        failed = sum(not check["ok"] for check in document["checks"])
        return f"{failed} of {len(document['checks'])} checks failed." if failed else ""


def _line(check: dict[str, Any]) -> str:
    return check["name"] if check["ok"] else f"{check['name']}: {check['message']}"
