"""One machine builds the index, others fetch it: whole or not at all, and nothing is encoded again."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core.file_stores import index_store_at
from matchmaker.directory import array_backend, index_service, publications
from matchmaker.directory.array_backend import ArraySearchBackend
from matchmaker.directory.index_service import IndexService
from matchmaker.engines.search import SearchQuery
from matchmaker.notifications import leases
from matchmaker.running import doctor
from tests import factories as make
from tests.engines.search.test_searching import Deaf

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.enable_socket]
KIND = "products"
LEASE = f"index of {KIND}"


@pytest.fixture(autouse=True)
def _large(monkeypatch):
    """Every directory counts as large, and files are looked at before each search."""
    monkeypatch.setattr(IndexService, "is_large", lambda self, kind: True)
    monkeypatch.setattr(IndexService, "_refresh_in_thread", lambda self, kind: None)
    monkeypatch.setattr(array_backend, "LOOK_AGAIN", 0)
    monkeypatch.setattr(array_backend, "LOOK_AT_PUBLICATION", 0)


@pytest.fixture(params=["folder", "bucket"])
def store(request, settings, tmp_path):
    """The store that all machines see."""
    address = str(tmp_path / "shared") if request.param == "folder" else request.getfixturevalue("bucket")
    return use(settings, address)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    use(settings, str(tmp_path / "shared"))
    return tmp_path / "shared" / KIND


def use(settings, address: str):
    settings.STORAGES = {**settings.STORAGES, **index_store_at(address)}
    return storages["index"]


class CountingEncoder(Deaf):
    """Counts the names that it encodes."""

    def __init__(self):
        super().__init__()
        self.encoded = []

    def encode_passage(self, texts):
        self.encoded += texts
        return super().encode_passage(texts)


@dataclass
class Machine:
    service: IndexService
    encoder: CountingEncoder
    folder: Path

    def refresh(self) -> "Machine":
        self.service.refresh(KIND)
        return self

    def search_keys(self, text: str = "") -> list[int] | None:
        """Keys, or None where names alone are searched."""
        result = self.service.search(KIND, SearchQuery(text, mode="words"))
        return None if result.is_by_name else sorted(result.keys)

    def segments(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "directory" / KIND).iterdir() if path.is_dir())


@pytest.fixture
def machine(tmp_path):
    def new(name: str) -> Machine:
        encoder = CountingEncoder()
        return Machine(IndexService(ArraySearchBackend(encoder, tmp_path / name)), encoder, tmp_path / name)

    return new


def old_product(**given):
    """Changed long ago: what changed in the minute before an index is read once more."""
    product = make.product(**given)
    then = timezone.now() - timezone.timedelta(hours=1)
    for model in (Product, Company):
        model.objects.update(updated_at=then)
    return product


def revisions(store) -> list[str]:
    return sorted(store.listdir(f"{KIND}/manifests")[1])


def problem(machine: Machine) -> str:
    return machine.service.backend.publication_problem(KIND)


def test_a_second_machine_fetches_what_the_first_one_built_and_encodes_nothing(store, machine):
    rice, tea = old_product(name="Jasmine rice"), old_product(name="Sencha")
    first = machine("first").refresh()
    assert revisions(store) == ["0000000001.json"]
    second = machine("second").refresh()
    assert second.search_keys() == first.search_keys() == [rice.pk, tea.pk]
    assert second.search_keys("sencha") == [tea.pk]
    assert (len(first.encoder.encoded), second.encoder.encoded) == (2, [])
    assert revisions(store) == ["0000000001.json"]


def test_what_changed_since_the_publication_is_added_from_the_database(store, machine):
    rice, tea = old_product(name="Jasmine rice"), old_product(name="Sencha")
    machine("first").refresh()
    type(tea).objects.filter(pk=tea.pk).update(status="draft")
    coffee = make.product(name="Coffee", hs_code="")
    second = machine("second").refresh()
    assert second.search_keys() == [rice.pk, coffee.pk]
    assert second.encoder.encoded == ["Coffee"]


def test_a_fetched_index_is_not_trusted_before_the_changes_since_are_added(folder, machine, monkeypatch):
    old_product(name="Jasmine rice")
    machine("first").refresh()
    second = machine("second")
    monkeypatch.setattr(IndexService, "_find_changes", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        second.refresh()
    assert second.search_keys() is None


def test_one_machine_builds_while_the_others_wait(folder, machine):
    rice = old_product(name="Jasmine rice")
    first, second = machine("first"), machine("second")
    with leases.hold(LEASE, seconds=60):
        second.refresh()
        assert (second.search_keys(), second.encoder.encoded) == (None, [])
    first.refresh()
    assert second.refresh().search_keys() == [rice.pk]
    assert second.encoder.encoded == []


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "manifest"])
def test_a_damaged_publication_is_not_used_and_the_next_one_is_whole(folder, machine, damage):
    rice = old_product(name="Jasmine rice")
    machine("first").refresh()
    file = max((folder / "files").iterdir(), key=lambda path: path.stat().st_size)
    if damage == "manifest":
        (manifest,) = (folder / "manifests").iterdir()
        manifest.write_bytes(manifest.read_bytes().replace(b'"size"', b'"sise"', 1))
    elif damage == "missing":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"\xff")
    second = machine("second").refresh()
    assert second.search_keys() == [rice.pk]
    assert len(second.segments()) == 1
    third = machine("third").refresh()
    assert (third.search_keys(), third.encoder.encoded) == ([rice.pk], [])


def test_a_fetch_that_ends_in_the_middle_changes_nothing(folder, machine, settings, monkeypatch):
    rice = old_product(name="Jasmine rice")
    machine("first").refresh()
    second = machine("second")
    use(settings, str(folder.parent.parent / "other"))
    second.refresh()
    before = second.segments()
    use(settings, str(folder.parent))
    copy, copied = publications.Publications._copy, []

    def stop(self, name, target):
        if len(copied) == 3:
            raise OSError("the network is gone")
        copied.append(name)
        return copy(self, name, target)

    monkeypatch.setattr(publications.Publications, "_copy", stop)
    with second.service.backend.lock(KIND):
        assert not second.service.backend.fetch(KIND, {})
    assert (second.segments(), second.search_keys()) == (before, [rice.pk])
    assert "the network is gone" in problem(second)


def test_a_machine_whose_store_is_away_builds_by_itself_and_the_doctor_says_so(
    settings, tmp_path, machine, monkeypatch
):
    rice = old_product(name="Jasmine rice")
    (tmp_path / "shared").write_text("a file where the folder should be")
    use(settings, str(tmp_path / "shared"))
    lonely = machine("lonely").refresh()
    assert lonely.search_keys() == [rice.pk]
    assert "could not be published" in problem(lonely)
    monkeypatch.setattr(index_service, "index_service", lambda: lonely.service)
    faults = {fault.what: fault.is_grave for fault in doctor._index()}
    assert faults[problem(lonely)] is False
    use(settings, str(tmp_path / "again"))
    lonely.refresh()
    assert problem(lonely) == ""


def test_an_index_of_another_encoder_is_not_taken_over(folder, machine):
    rice = old_product(name="Jasmine rice")
    machine("first").refresh()
    second = machine("second")
    second.encoder.name = "another"
    assert second.refresh().search_keys() == [rice.pk]
    assert second.encoder.encoded == ["Jasmine rice"]


def test_a_changed_index_is_published_again_after_some_minutes_and_stores_only_what_is_new(
    folder, machine, monkeypatch
):
    rice = old_product(name="Jasmine rice")
    first = machine("first").refresh()
    stored = set((folder / "files").iterdir())
    coffee = make.product(name="Coffee", hs_code="")
    first.refresh()
    assert len(revisions(storages["index"])) == 1
    monkeypatch.setattr(array_backend, "PUBLISH_EVERY", -1)
    first.refresh()
    assert len(revisions(storages["index"])) == 2
    first.refresh()  # nothing changed
    assert len(revisions(storages["index"])) == 2
    assert stored < set((folder / "files").iterdir())
    second = machine("second").refresh()
    assert (second.search_keys(), second.encoder.encoded) == ([rice.pk, coffee.pk], [])


def test_old_publications_are_removed_after_a_time_of_grace(store, machine, monkeypatch):
    old_product(name="Jasmine rice")
    first = machine("first").refresh()
    backend = first.service.backend
    backend._damaged[KIND] = {1}  # so that nothing is stored only once
    backend.publish(KIND)
    files = len(store.listdir(f"{KIND}/files")[1])
    assert len(revisions(store)) == 2
    monkeypatch.setattr(publications, "GRACE", -1)
    backend.publish(KIND)
    assert revisions(store) == ["0000000003.json"]
    assert len(store.listdir(f"{KIND}/files")[1]) == files // 2
    assert machine("second").refresh().search_keys() == first.search_keys()


def test_the_command_fetches_an_index_that_is_missing(folder, machine, monkeypatch, capsys):
    old_product(name="Jasmine rice")
    machine("first").refresh()
    second = machine("second")
    monkeypatch.setattr(
        "matchmaker.directory.management.commands.index_directory.index_service", lambda: second.service
    )
    call_command("index_directory", KIND, "--refresh")
    assert capsys.readouterr().out.startswith("products: 1 entries")
    assert second.encoder.encoded == []


def test_without_a_shared_store_nothing_is_published(machine):
    rice = old_product(name="Jasmine rice")
    assert machine("first").refresh().search_keys() == [rice.pk]


@pytest.mark.parametrize("address", ["shared/index", "ftp://host/bucket", "s3://host"])
def test_a_wrong_address_is_refused_with_a_sentence(address):
    with pytest.raises(ValueError, match="must be a folder such as /shared/index, or s3://"):
        index_store_at(address)


def test_no_address_means_that_nothing_is_published():
    assert index_store_at("") == {}
