"""What is wrong with a delivery as a whole is said before a row is read: one error that names the file and the mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadDelivery
from sources import source_named
from tests.sources.book import header, write_book
from tests.sources.delivered import opened, zipped
from tests.sources.desynpuf.files import COLUMNS, name_of, text_of

Harm = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_book(tmp_path / "june")


def refused(folder: Path, source: str = "canonical") -> str:
    with pytest.raises(BadDelivery) as error:
        opened(source, folder, folder.parent / "scratch")
    return str(error.value)


def rename(file: str, old: str, new: str) -> Harm:
    def harm(folder: Path) -> None:
        lines = (folder / file).read_text().split("\n", 1)
        (folder / file).write_text("\n".join([lines[0].replace(old, new), lines[1]]))

    return harm


def rows_end_with(file: Path, newline: str) -> None:
    file.write_text(file.read_text(), newline=newline)


@pytest.mark.parametrize(
    ("harm", "file", "mend"),
    [
        (lambda f: (f / "providers.csv").unlink(), "providers.csv", "add the file"),
        (lambda f: (f / "members.csv").write_text(""), "members.csv", "deliver it again"),
        (rename("members.csv", "gender", "gndr"), "members.csv", "lacks the column gender"),
        (rename("members.csv", "gender", "gender,shoe_size"), "members.csv", "unknown column shoe_size"),
        (rename("members.csv", "gender", "gender,state"), "members.csv", "names the column state twice"),
        (lambda f: rows_end_with(f / "members.csv", "\r"), "members.csv", "save it with line feeds"),
        (lambda f: (f / "members.csv").write_text("M1,1970-01-01,female\n"), "members.csv", "has no header"),
        (lambda f: (f / "members.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0"), "members.csv", "deliver it again"),
        (lambda f: (f / "members.csv").write_text("member_id\n", "utf-16"), "members.csv", "deliver it again"),
    ],
    ids=["missing", "empty", "misspelt", "unknown", "repeated", "old line ends", "no header", "a picture", "utf-16"],
)
def test_a_file_that_cannot_be_read_is_named_with_its_mend(folder: Path, harm: Harm, file: str, mend: str) -> None:
    harm(folder)
    said = refused(folder)
    assert file in said
    assert mend in said


@pytest.mark.parametrize("before", ["", ",".join([*header("members"), ""])], ids=["instead", "after"])
def test_a_row_of_data_in_the_first_line_is_not_repeated_in_the_error(folder: Path, before: str) -> None:
    (folder / "members.csv").write_text(f"{before}SECRET-1,1970-01-01,female,OH,2024-01-01\n")
    assert "SECRET-1" not in refused(folder)


@given(st.permutations(header("claim_lines")))
@settings(max_examples=20, deadline=None)
def test_columns_may_come_in_any_order(tmp_path_factory: pytest.TempPathFactory, order: list[str]) -> None:
    folder = write_book(tmp_path_factory.mktemp("orders"))
    (folder / "claim_lines.csv").write_text(",".join(order) + "\n")
    (file,) = opened("canonical", folder, folder / "scratch").of_kind("claim_lines")
    assert list(file.header) == order


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "give --delivery the folder" in refused(tmp_path / "jnue")


def test_a_folder_without_files(tmp_path: Path) -> None:
    (tmp_path / "june").mkdir()
    said = refused(tmp_path / "june")
    assert "the folder is empty" in said
    assert "claim_lines.csv" in said


def test_another_source_is_recognised_by_its_files(folder: Path, tmp_path: Path) -> None:
    assert "use --source synthetic" in refused(folder, "desynpuf")
    (tmp_path / "cms").mkdir()
    (tmp_path / "cms" / name_of("Carrier_Claims", "1A")).write_text("x")
    assert "use --source desynpuf" in refused(tmp_path / "cms", "canonical")


def test_a_source_nobody_knows() -> None:
    with pytest.raises(BadDelivery, match="--source is one of synthetic, canonical, desynpuf"):
        source_named("desynpuff")


def test_hidden_files_are_left_alone_and_others_are_said(folder: Path) -> None:
    for name in (".DS_Store", "_SUCCESS", "notes.txt"):
        (folder / name).write_text("x")
    delivery = opened("canonical", folder, folder / "scratch")
    assert delivery.ignored == ("notes.txt",)
    assert len(delivery.files) == 6


def test_a_table_may_come_in_parts(folder: Path) -> None:
    (folder / "claim_lines.csv").rename(folder / "claim_lines_2023.csv")
    (folder / "claim_lines_2024.csv").write_text((folder / "claim_lines_2023.csv").read_text())
    names = [file.name for file in opened("canonical", folder, folder / "s").of_kind("claim_lines")]
    assert names == ["claim_lines_2023.csv", "claim_lines_2024.csv"]


def test_the_same_file_plain_and_zipped_counts_once_and_two_versions_are_refused(folder: Path) -> None:
    zipped(folder / "members.zip", {"members.csv": (folder / "members.csv").read_bytes()})
    assert len(opened("canonical", folder, folder.parent / "s1").of_kind("members")) == 1
    zipped(folder / "members.zip", {"members.csv": "member_id\n"})
    assert "members.csv is delivered twice with different content" in refused(folder)


def sample_7(folder: Path) -> Path:
    folder.mkdir()
    for part in COLUMNS:
        samples = ("7A", "7B") if part == "Carrier_Claims" else ("7",)
        for year in (2008, 2009, 2010):
            for sample in samples:
                (folder / name_of(part, sample, year)).write_text(text_of(part, "person"))
    return folder


@pytest.mark.parametrize("lost", ["2009_Beneficiary", "Inpatient", "Carrier_Claims_Sample_7A", "Sample_7B", "Drug"])
def test_a_sample_with_claims_must_be_whole(tmp_path: Path, lost: str) -> None:
    folder = sample_7(tmp_path / "cms")
    assert len(opened("desynpuf", folder, tmp_path / "s").files) == 8
    gone = next(path for path in folder.iterdir() if lost in path.name)
    gone.unlink()
    said = refused(folder, "desynpuf")
    assert gone.name in said
    assert "sample 7" in said


def test_names_may_be_in_small_letters_and_of_a_copy(tmp_path: Path) -> None:
    folder = sample_7(tmp_path / "cms")
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.lower().replace(".csv", " - copy.csv"))
    assert len(opened("desynpuf", folder, tmp_path / "s").files) == 8
    next(folder.glob("*sample_7b*")).unlink()
    assert "Carrier_Claims_Sample_7B.csv" in refused(folder, "desynpuf")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv", "beneficiaries"),
        ("DE1_0_2010_Beneficiary_Summary_File_Sample_20 - Copy.csv", "beneficiaries"),
        ("DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv", "inpatient"),
        ("de1_0_2008_to_2010_outpatient_claims_sample_1.csv", "outpatient"),
        ("DE1_0_2008_to_2010_Carrier_Claims_Sample_1B.csv", "carrier"),
        ("sample 1/DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_1.csv", "drug_events"),
        ("DE1_0_2008_to_2010_Hospice_Claims_Sample_1.csv", None),
        ("Inpatient_Claims.csv", None),
    ],
)
def test_official_names(name: str, kind: str | None) -> None:
    found = source_named("desynpuf").kind_of(name)
    assert (found and found.name) == kind
