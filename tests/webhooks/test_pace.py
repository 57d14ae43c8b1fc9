from uuid import uuid4

from webhooks.pace import AT_FIRST, AT_MOST, Pace

ENDPOINT, OTHER = uuid4(), uuid4()


def test_an_endpoint_that_answers_may_have_more_and_more_at_once() -> None:
    pace = Pace()
    seen = []
    for _ in range(5):
        pace.answered(ENDPOINT, well=True)
        seen.append(pace.allowances([])[ENDPOINT])
    assert seen == sorted(seen)
    assert seen[0] > AT_FIRST
    assert seen[-1] == AT_MOST


def test_one_that_fails_has_one_at_once_until_it_answers_again() -> None:
    pace = Pace()
    pace.answered(ENDPOINT, well=False)
    assert pace.allowances([]) == {ENDPOINT: 1}
    pace.answered(ENDPOINT, well=True)
    assert pace.allowances([])[ENDPOINT] > 1


def test_one_that_keeps_a_request_waiting_gets_no_second_one() -> None:
    pace = Pace()
    pace.answered(ENDPOINT, well=True)
    assert pace.allowances([(ENDPOINT, 0.2), (ENDPOINT, 1.5), (OTHER, 0.9)]) == {ENDPOINT: 1}


def test_when_winding_down_only_those_that_answer_are_served() -> None:
    pace = Pace()
    pace.answered(OTHER, well=False)
    assert pace.allowances([(ENDPOINT, 1.5)], winding_down=True) == {ENDPOINT: 0, OTHER: 0}
