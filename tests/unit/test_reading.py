"""Files → declarations: which loader takes a file and why, what it counts, and how far it has come."""

import csv
import json
import os
import socket
import zipfile
from functools import partial
from pathlib import Path

import pytest
import yaml

from kg import rejects
from kg.commands.options import State
from kg.commands.progress import StepProgress
from kg.errors import InputError, UsageError
from kg.reading import find_files, loaders, read

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
    with pytest.raises(UsageError, match="no loader 'other'"):
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


@pytest.mark.parametrize(
    "name", ["register", "export.dat", "export.txt", "export.tsv", "EXPORT.CSV", "export.final.v2"]
)
def test_a_register_is_known_by_its_content_whatever_its_name(register, name):
    path = register.rename(register.with_name(name))
    for given in (path, path.parent):
        (file,), skipped = find_files([given])
        assert (file.loader, file.name, skipped) == ("sipri", name, [])
        assert file.reason == "line 1 is the header of the SIPRI order-level export"
        assert read([file]).counts[name].findings == 1_200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"items": [{"id": "item:a", "name": "a"}]}', "it begins with the section items"),
        ('{"items": [{"id": "item:a", "name": "a"}]}\n{"items": []}\n', "it begins with the section items"),
        ("# of 2017\n---\nitems:\n- {id: item:a, name: a}\n", "it begins with the section items"),
    ],
)
def test_a_findings_file_is_known_by_how_it_begins(tmp_path, content, reason):
    path = tmp_path / "own"
    path.write_text(content)
    (file,), _ = find_files([path])
    assert (file.loader, file.reason) == ("findings", reason)
    reading = read([file])
    assert not reading.problems and list(reading.declared) == [("Item", "item:a")]
    assert [problem.line for problem in read([file]).problems] == []


def test_a_workbook_is_known_by_its_content_and_another_archive_is_none(tmp_path, samples):
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    with (samples / "ucdp/esd_ay_181_iraq_syria.csv").open(encoding="utf-8", newline="") as file:
        for row in [line for line, _ in zip(csv.reader(file), range(3), strict=False)]:
            made.active.append(row)
    made.save(tmp_path / "book.xlsx")
    (tmp_path / "book.xlsx").rename(tmp_path / "book.dat")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    (file,), skipped = find_files([tmp_path])
    assert (file.name, file.loader, skipped) == ("book.dat", "ucdp", ["photos.zip (of no known format)"])
    assert not [problem for problem in read([file]).problems if "damaged" in problem.found]


def test_what_is_no_data_in_a_folder_is_left_out_and_named(register):
    folder = register.parent
    quoted = f"The header:\n\n{HEADER}\n"
    for name in ("README", "README.md", "format.html", "LICENSE", "sipri.mapping.yaml"):
        text = "columns: [country, origin, system, status, url, date_recorded, sysID, imageID, statusID, matID]\n"
        (folder / name).write_text(text if name.endswith("yaml") else "MIT" if name == "LICENSE" else quoted)
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400)
    (folder / "inside").mkdir()
    (folder / "inside" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "round").symlink_to("round")
    os.mkfifo(folder / "pipe")
    files, skipped = find_files([folder])
    assert [file.name for file in files] == ["register.csv"]
    assert sorted(skipped) == [
        "LICENSE (of no known format)",
        "README (of no known format)",
        "README.md (of no known format)",
        "again (a link to a folder)",
        "format.html (of no known format)",
        "picture.png (of no known format)",
        "pipe (neither file nor folder)",
        "round (a link that leads nowhere)",
        "sipri.mapping.yaml (of no known format)",
    ]


@pytest.mark.parametrize("loader", [None, "sipri"])
def test_what_is_no_file_is_refused_at_once(tmp_path, loader):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "round").symlink_to("round")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name, told in (
            (tmp_path / "pipe", "is a pipe and no file: save what it holds in a file, and load that."),
            (tmp_path / "link", "is a pipe and no file"),
            (tmp_path / "socket", "is a socket and no file"),
            (Path("/dev/zero"), "is a device and no file"),
            (tmp_path / "round", "cannot be read"),
            (tmp_path / "absent", "does not exist: name a file or folder to load."),
        ):
            with pytest.raises(InputError, match=told):
                find_files([name], loader)


def test_rejects_taken_from_what_is_no_file_any_more_are_refused_at_once(register):
    register.rename(register.with_name("mend.csv"))
    reasons = {"file": str(register), "sha256": "0" * 64, "loader": "sipri", "problems": []}
    register.with_name("mend.csv.reasons.json").write_text(json.dumps(reasons))
    os.mkfifo(register)
    with pytest.raises(InputError, match="is a pipe and no file"):
        find_files([register.with_name("mend.csv")])


def mended(folder, name, content, lines, excerpt):
    """Return the problems of a file whose entries on some lines an excerpt mends, as a user is told of them."""
    path, mend = folder / name, folder / f"mend{Path(name).suffix}"
    path.write_text(content, newline="")
    (file,), _ = find_files([path])
    problems = [one for one in read([file]).problems if one.line in lines]
    rejects.write(mend, excerpt.encode(), rejects.Rejects(mend, path, file.sha256, file.loader, tuple(problems)))
    (file,), _ = find_files([mend])
    return [(one.file, one.line) for one in map(file.at_hand, read([file]).problems)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_problem_in_mended_rejects_names_the_line_that_the_user_has(tmp_path, ending):
    good, bad = ROW.format(1970), ROW.format(1970).replace("New", "Old")
    content = ending.join(["Preamble", HEADER, good, bad, good, bad, good, bad, ""])
    excerpt = "\n".join(["Preamble", "more of it", HEADER, good, "", bad, good, ""])
    assert mended(tmp_path, "register.csv", content, {4, 6}, excerpt) == [("mend.csv", 6), ("register.csv", 8)]
    assert mended(tmp_path, "register.csv", content, {4, 6}, f"{HEADER}\n{good}\n") == [("register.csv", 8)]


def test_an_entry_in_mended_rejects_is_named_by_its_line_in_every_format(tmp_path):
    def entry(name):
        return {"id": f"item:{name}", "name": name}

    sound = {"organisations": [{"id": "own", "name": "Own"}], "items": [entry("a"), entry("b"), entry("c")]}
    broken = {**sound, "items": [entry("a"), entry("b"), {"id": "item:c"}]}
    again = {"items": [entry("c"), entry("b")]}
    for suffix, write in (
        (".json", partial(json.dumps, indent=1)),
        (".yaml", partial(yaml.safe_dump, sort_keys=False)),
        (".jsonl", lambda content: "".join(json.dumps({k: [v]}) + "\n" for k, vs in content.items() for v in vs)),
    ):
        excerpt = "\n\n" * (suffix != ".json") + write(again)
        text = write(broken)
        (line,) = {one.line for one in read_text(tmp_path / f"own{suffix}", text)}
        (place,) = mended(tmp_path, f"own{suffix}", text, {line}, excerpt)
        lines = excerpt.splitlines()[place[1] - 1 :]
        assert place[0] == f"mend{suffix}"
        assert "item:b" in "".join(lines[:2]) and "item:c" not in "".join(lines)


def read_text(path, content):
    path.write_text(content)
    return read(find_files([path])[0]).problems


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


def test_the_loaders_installed_are_looked_for_once():
    assert loaders() is loaders() and {"findings", "sipri"} <= loaders().keys()
