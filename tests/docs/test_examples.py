"""docs/api/examples.md is run as it stands, in each of its languages, and prints what it shows."""

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_room, make_schedule
from tests.processes import ROOT

FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
BLOCKS = FENCE.findall((ROOT / "docs" / "api" / "examples.md").read_text())

RUNS = {
    "sh": ("bash", "journeys.sh", "curl"),
    "python": (sys.executable, "journeys.py", None),
    "js": ("node", "journeys.mjs", "node"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", list(RUNS))
def test_the_journeys_do_what_they_show(
    language: str, organization: Organization, served: str, tmp_path: Path
) -> None:
    program, name, needed = RUNS[language]
    if needed and shutil.which(needed) is None:
        pytest.skip(f"the code in {name} needs {needed}, which is not on the PATH")
    make_room(make_schedule(organization, handle="north-pier"), slug="the-vault", name="The Vault")
    script = tmp_path / name
    script.write_text("\n".join(blocks_of(language)))
    run = subprocess.run(
        [program, str(script)],
        env=os.environ | told(served, make_api_key(organization)[1]),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout == "".join(blocks_of("text"))


def test_each_journey_is_told_in_each_language() -> None:
    assert {len(blocks_of(language)) for language in RUNS} == {len(blocks_of("text")) + 1}


def blocks_of(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


def told(served: str, key: str) -> dict[str, str]:
    day = clock.now().date() + timedelta(days=30)
    return {"API": f"{served}/api/v1", "KEY": key, "DAY": day.isoformat()}
