import threading
from pathlib import Path

from bookingflow.embedded.secret import kept_secret_key, make_secret_key


def test_it_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    assert kept_secret_key(tmp_path) is None
    made = make_secret_key(tmp_path)
    assert len(made) >= 50
    assert make_secret_key(tmp_path) == kept_secret_key(tmp_path) == made
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [
        ("secret_key", 0o600)
    ]


def test_makers_at_the_same_time_agree(tmp_path: Path) -> None:
    made: set[str] = set()
    makers = [threading.Thread(target=lambda: made.add(make_secret_key(tmp_path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert made == {kept_secret_key(tmp_path)}
