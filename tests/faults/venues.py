"""What the fault run's clients work on: organizations with a room of each kind, and two endpoints each."""

import json
from dataclasses import dataclass
from typing import Any

from tests.faults.installation import Installation
from tests.receiver import Receiver

# Always open, so that every slot of the grid is on offer, far beyond what a wrong clock may take for the past.
_MAKE = """
import json
from tests.builders import *
made = []
for number, url in enumerate({urls!r}):
    organization = make_organization(slug=f"house-{{number}}")
    for path in ("steady", "flaky"):
        make_endpoint(organization, url=f"{{url}}{{path}}")
    open_always = dict(organization=organization, hours=every_day(("00:00", "24:00")))
    shapes = {{
        "contended": dict(durations=[30], slot_interval_minutes=30),
        "buffered": dict(durations=[30], slot_interval_minutes=15, buffer_after_minutes=10),
        "vast": dict(durations=[10], slot_interval_minutes=10, max_days_ahead=700),
        "paid": dict(durations=[30], slot_interval_minutes=30, hold_minutes=1, pricing={{"base": 5000}}),
    }}
    rooms = {{name: make_room(make_schedule(**open_always), slug=name, **shape) for name, shape in shapes.items()}}
    rooms["sibling"] = make_room(rooms["buffered"].schedule, slug="sibling", durations=[15], slot_interval_minutes=15)
    rooms["class"] = make_shared_room(
        make_schedule(**open_always), slug="class", seats=5, durations=[30], slot_interval_minutes=30)
    made.append({{
        "id": str(organization.id), "slug": organization.slug, "key": make_api_key(organization)[1],
        "rooms": {{name: {{
            "id": room.id, "schedule": room.schedule_id, "minutes": room.durations[0],
            "after": room.buffer_after_minutes, "seats": room.seats,
        }} for name, room in rooms.items()}},
    }})
print(json.dumps(made))
"""


@dataclass(frozen=True)
class House:
    id: str
    slug: str
    key: str
    rooms: dict[str, dict[str, Any]]


def make_houses(whole: Installation, receivers: list[Receiver]) -> list[House]:
    urls = [receiver.url("/") for receiver in receivers]
    made = whole.command("shell", "--no-imports", "-c", _MAKE.format(urls=urls))
    assert made.returncode == 0, made.stderr
    return [House(**row) for row in json.loads(made.stdout)]
