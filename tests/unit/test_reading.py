"""Files → declarations: which loader takes a file and why, what it counts, and how far it has come."""

import pytest

from kg.commands.options import State
from kg.commands.progress import StepProgress
from kg.errors import InputError
from kg.reading import find_files, read

HEADER = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,"
    "Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons"
)
ROW = "Iraq,France,{},,8,?,AML,armoured car,8,,1972; 1973,New,AML-90 version,0.7,5.6,5.6"


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text("\n".join([HEADER, *(ROW.format(1900 + n % 70) for n in range(1_200)), ""]), newline="")
    return path


def test_a_file_is_taken_by_content_with_a_reason_and_measured_in_passing(register):
    (file,), skipped = find_files([register])
    assert (file.loader, file.lines, skipped) == ("sipri", 1_201, [])
    assert file.reason == "line 1 is the header of the SIPRI order-level export"
    assert len(file.sha256) == 64
    with pytest.raises(InputError, match="no loader 'other'"):
        find_files([register], "other")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty: name a file with records"),
        (HEADER.encode("utf-16"), "is text in UTF-16 or UTF-32, not in UTF-8: save it as UTF-8"),
        (b"a,b\n1,2\n", "is of no format known: see `kg loaders`"),
    ],
)
def test_a_file_that_no_loader_takes_is_told_why(tmp_path, content, reason):
    path = tmp_path / "register.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"register.csv {reason}"):
        find_files([path])


def test_how_far_a_file_is_read_is_told_in_lines_of_it(register):
    (file,), _ = find_files([register])
    steps = []
    read([file], lambda *step: steps.append(step))
    assert {(step, total) for step, _, total in steps} == {("Reading register.csv", 1_201)}
    done = [done for _, done, _ in steps]
    assert done == sorted(done) and len(done) > 2 and done[-1] <= 1_201


def test_an_archive_has_no_lines_to_measure(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04\n\n\n")
    (file,), _ = find_files([path], "ucdp")
    assert file.lines == 0


def test_a_register_counts_what_it_read_and_a_findings_file_does_not(register, tmp_path):
    files, _ = find_files([register])
    counts = read(files).counts["register.csv"]
    assert (counts.read, counts.findings, counts.left) == (1_200, 1_200, 1_200)
    path = tmp_path / "own.json"
    path.write_text('{"items": [{"id": "item:a", "name": "a"}]}')
    assert read(find_files([path])[0]).counts == {}


@pytest.mark.parametrize(
    ("terminal", "quiet", "drawn"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_bar_is_drawn_on_a_terminal_only(capsys, monkeypatch, terminal, quiet, drawn):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setattr(State, "quiet", quiet)
    with StepProgress() as progress:
        progress("Reading register.csv", 1, 3)
        progress("Reading register.csv", 3, 3)
        progress("Writing", 0, 0)
        assert (progress._bar is not None) == drawn
        if drawn:
            assert [(task.description, task.total, task.visible) for task in progress._bar.tasks] == [
                ("Reading register.csv", 3, False), ("Writing", None, True),
            ]  # fmt: skip
    assert bool(capsys.readouterr().err) <= drawn
