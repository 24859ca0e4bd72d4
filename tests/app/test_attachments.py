"""Files that go with a disposition: kept as they came, for the roles that look at it, and found out when changed."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from app.attachments import LARGEST
from app.parts import Parts
from tests.app.book import client, token

CHART = b"%PDF-1.7 the chart of the visit"
FIELDS = {"target_type": "claim", "target_id": "c0001", "selection": "rule", "outcome": "confirmed", "note": "no visit"}


def record(parts: Parts, *files: tuple[str, bytes], **fields: str) -> Any:
    browser = client(parts, "analyst")
    form = {"csrf_token": token(browser, "/claims/c0001"), **FIELDS, **fields}
    return browser.post("/dispositions", data=form, files=[("files", file) for file in files], follow_redirects=False)


def test_a_second_person_reads_what_the_first_attached(own: Parts) -> None:
    assert record(own, ("chart of 6 January.pdf", CHART), ("photo.png", b"\x89PNG\r\n\x1a\n...")).status_code == 303
    assert 'href="/attachments/2">photo.png' in client(own, "lead").get("/dispositions").text
    answer = client(own, "lead").get("/attachments/1")
    assert answer.content == CHART and answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''chart%20of%206")
    folder = own.home / "attachments"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    noted = [one for one in own.audit_log.entries() if one.action == "workbench.view_attachment"]
    assert [(one.actor, one.subject) for one in noted] == [("lead", "attachment 1")]
    assert "chart of" not in own.audit_log.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("letter.docx", b"PK\x03\x04...", "save or print it as PDF"),
        ("page.pdf", b"<html><script>", ""),
        ("scan.pdf", b"", "is empty"),
        ("scan.pdf", b"%PDF-" + bytes(LARGEST), "larger than 10 MB"),
        ("run.exe", b"MZ\x00\x01", "save or print it as PDF"),
    ],
)
def test_what_is_taken_is_told_by_its_content(own: Parts, name: str, content: bytes, said: str) -> None:
    answer = record(own, (name, content))
    if said:
        assert answer.status_code == 409 and said in answer.text and name not in answer.text
        assert own.dispositions.newest() == [] and not (own.home / "attachments").exists()
    else:
        # Markup is text: it is given back as text, to be saved, and never shown as a page.
        assert client(own, "lead").get("/attachments/1").headers["content-type"].startswith("text/plain")


def test_nothing_is_kept_for_a_disposition_that_is_refused(own: Parts) -> None:
    assert record(own, ("a.pdf", CHART), note="").status_code == 409
    assert "at most 5 files" in record(own, *[("a.pdf", CHART)] * 6).text
    assert not (own.home / "attachments").exists()


def test_a_name_that_points_elsewhere_is_only_a_name(own: Parts) -> None:
    record(own, ("../../etc/<b>passwd", CHART), ("C:\\Users\\x\\chart.pdf", CHART))
    assert [file["name"] for file in own.attachments.of([1])[1]] == ["_b_passwd", "chart.pdf"]


def test_a_file_that_was_changed_is_found_out(own: Parts) -> None:
    record(own, ("a.pdf", CHART))
    file = next((own.home / "attachments").iterdir())
    file.write_bytes(CHART + b"!")
    answer = client(own, "lead").get("/attachments/1")
    assert answer.status_code == 409 and "changed since it was kept" in answer.text


def test_without_a_file_nothing_is_attached(own: Parts) -> None:
    browser = client(own, "analyst")
    form = {"csrf_token": token(browser, "/claims/c0001"), **FIELDS}
    # As a browser sends the form where no file was chosen: a file without name and content.
    fields = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form.items()
    ]
    none = '--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n'
    answer = browser.post(
        "/dispositions",
        content="".join([*fields, none, "--x--\r\n"]).encode(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert own.dispositions.newest()[0]["outcome"] == "confirmed" and own.attachments.of([1]) == {}
