"""Who may ask in SQL, and when: places for so many, and clients who take turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.infra.places import Places
from app.kernel.errors import Busy
from app.query.sql.refusals import busy
from tests.factories import Portal, json_of, make_portal

PATIENT = 20.0


@pytest.fixture
def places() -> Places:
    return Places(1, queue=2, seconds=PATIENT, full=busy)


class Asker:
    """Somebody who wants a place, keeps it until told, and writes down that it was had."""

    def __init__(self, places: Places, client: str, log: list[str]) -> None:
        self.done = threading.Event()
        self.began = threading.Event()
        self._places, self._client, self._log = places, client, log
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        with self._places.taken(self._client):
            self._log.append(self._client)
            self.began.set()
            self.done.wait(PATIENT)

    def leave(self) -> None:
        self.done.set()
        self._thread.join()


def wait_for_queue(places: Places, length: int) -> None:
    until = time.monotonic() + PATIENT
    while len(places._waiting) < length and time.monotonic() < until:
        time.sleep(0.001)
    assert len(places._waiting) == length


def test_a_client_waits_for_itself_once_and_is_then_sent_away(places: Places) -> None:
    log: list[str] = []
    first = Asker(places, "a", log)
    first.began.wait(PATIENT)
    second = Asker(places, "a", log)
    wait_for_queue(places, 1)

    with pytest.raises(Busy):
        places.demand_room("a")
    places.demand_room("b")
    first.leave()
    second.leave()

    assert log == ["a", "a"]


def test_another_client_goes_before_ones_second_question(places: Places) -> None:
    log: list[str] = []
    first = Asker(places, "a", log)
    first.began.wait(PATIENT)
    askers = []
    for number, client in enumerate("ab", start=1):
        askers.append(Asker(places, client, log))
        wait_for_queue(places, number)

    for each in (first, *reversed(askers)):
        each.began.wait(PATIENT)
        each.leave()

    assert log == ["a", "b", "a"]


def test_clients_without_a_name_fill_all_places_and_no_more(places: Places) -> None:
    log: list[str] = []
    askers = [Asker(places, "", log)]
    askers[0].began.wait(PATIENT)
    for number in (1, 2):
        askers.append(Asker(places, "", log))
        wait_for_queue(places, number)

    with pytest.raises(Busy):
        places.demand_room()
    for each in askers:
        each.leave()

    places.demand_room()
    assert len(log) == 3


def test_a_place_is_free_again_after_an_error_and_after_waiting_in_vain() -> None:
    places = Places(1, queue=1, seconds=0.01, full=busy)
    with ExitStack() as held:
        held.enter_context(places.taken("a"))
        with pytest.raises(Busy), places.taken("b"):
            pass
    with pytest.raises(ZeroDivisionError), places.taken("a"):
        raise ZeroDivisionError

    with places.taken("b"):
        pass


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("turns"), fair_points=100)
    yield made
    made.close()


def test_who_is_sent_away_pays_and_is_met_by_the_budget_when_not_waiting(
    counting: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting.services.sql.pool, "places", Places(0, queue=0, seconds=0, full=busy))
    client = counting.client()
    answers = [client.post("/api/v1/sql", json={"query": "SELECT 1"}) for _ in range(6)]

    assert [each.status_code for each in answers] == [503] * 5 + [429]
    assert all(int(each.headers["Retry-After"]) > 0 for each in answers)


def test_a_question_on_the_page_takes_the_same_turns(counting: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    places = counting.services.sql.pool.places
    monkeypatch.setattr(places, "_demand_room", taken.append)
    address = {"REMOTE_ADDR": "203.0.113.7"}

    assert counting.client().get("/sql?query=SELECT+1", environ_base=address).status_code == 200
    answer = counting.client().post("/api/v1/sql", json={"query": "SELECT 1"}, environ_base=address)

    assert json_of(answer)["rows"] == [{"1": 1}]
    assert set(taken) == {"203.0.113.7"}
