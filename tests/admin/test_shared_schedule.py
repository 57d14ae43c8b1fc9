"""A schedule that several rooms share is one schedule, in the list and on its page."""

from django.test import Client

from tests.builders import make_room, make_schedule, make_staff


def test_it_is_listed_once_with_its_rooms_counted_and_can_be_opened(db: None) -> None:
    schedule = make_schedule(name="Kiln Hall")
    make_room(schedule)
    make_room(schedule)
    client = Client()
    client.force_login(make_staff(schedule.organization, role="owner"))
    listed = client.get("/admin/rooms/schedule/")
    assert [(row.pk, row.number_of_rooms) for row in listed.context["cl"].result_list] == [(schedule.pk, 2)]
    assert client.get(f"/admin/rooms/schedule/{schedule.pk}/change/").status_code == 200
