"""Every loader on what it does not expect: other datasets, cut files, random bytes and mutilated rows."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kg.loaders import captured, components, findings, mapped, sipri, ucdp

from kg.findings import Declared, Finding, Problem

SAMPLES = {
    "sipri/dev_sipri_wide_iraq_syria.csv": sipri,
    "sipri/dev_sipri_deliveries_iraq_syria.csv": sipri,
    "sipri/dev_sipri_2013_dialect.csv": sipri,
    "oryx/event_captured.csv": captured,
    "ucdp/esd_ay_181_iraq_syria.csv": ucdp,
    "components/components.csv": components,
    "components/drones.csv": components,
    "components/manufacturers.csv": components,
    "components/supply_chain_edges.csv": components,
}
LOADERS = (captured, components, findings, mapped, sipri, ucdp)
LAYOUTS = {sipri: sipri.LAYOUTS, captured: (captured.LAYOUT,), components: components.LAYOUTS, ucdp: (ucdp.LAYOUT,)}
HEADS = {layout.name: (loader, layout) for loader, layouts in LAYOUTS.items() for layout in layouts}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_known_by_content_to_one_loader_only(samples, tmp_path, name):
    head = (samples / name).read_bytes()[:65_536]
    path = tmp_path / "renamed.csv"
    path.write_bytes(head)
    assert [loader for loader in LOADERS if loader.recognise(path, head)] == [SAMPLES[name]]


@pytest.mark.parametrize("name", SAMPLES)
def test_another_dataset_is_refused_whole(samples, run, name):
    for loader in (sipri, captured, components, ucdp):
        if loader is not SAMPLES[name]:
            outcome = run(loader, samples / name)
            assert not outcome.declared and [one.field for one in outcome.problems] == ["header"]


def test_other_files_are_nobodys(samples, tmp_path):
    for content in (b"", b"\x89PNG\r\n", b"a,b,c\n1,2,3\n", b"<html>", b"\xff\xfea\x00,\x00"):
        path = tmp_path / "other.csv"
        path.write_bytes(content)
        assert not [loader for loader in LOADERS if loader.recognise(path, content)]
    path = samples / "countries/country-codes.csv"
    assert not [loader for loader in LOADERS if loader.recognise(path, path.read_bytes()[:65_536])]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("share", [0.35, 0.6])
def test_a_cut_file_is_named(samples, run, tmp_path, name, share):
    content = (samples / name).read_bytes()
    path = tmp_path / "cut.csv"
    path.write_bytes(content[: content.rindex(b",", 0, int(len(content) * share))])
    outcome = run(SAMPLES[name], path)
    assert outcome.problems and len(outcome.problems) <= 10  # an order's rows are all named
    last = path.read_bytes().count(b"\n") + 1
    assert any(one.line == last or "end" in one.expected for one in outcome.problems)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_header_alone_is_an_empty_feed(samples, run, tmp_path, name):
    lines = (samples / name).read_bytes().splitlines(keepends=True)
    header = next(n for n, line in enumerate(lines) if SAMPLES[name].recognise(samples / name, line))
    path = tmp_path / "empty.csv"
    path.write_bytes(b"".join(lines[: header + 1]))
    outcome = run(SAMPLES[name], path)
    assert not outcome.declared and "no record" in outcome.problems[0].found


@pytest.mark.parametrize("name", HEADS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_below_a_header_are_declared_or_problems(name, content):
    loader, layout = HEADS[name]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(",".join(layout.columns).encode() + b"\n" + content)
        assert all(isinstance(one, Declared | Problem) for one in loader.read(path))


@pytest.mark.parametrize("name", SAMPLES)
def test_mutilated_rows_are_declared_or_problems(samples, name):
    content = (samples / name).read_bytes().splitlines(keepends=True)
    header = next(n for n, line in enumerate(content) if SAMPLES[name].recognise(samples / name, line))
    rows = content[header + 1 :]

    @settings(max_examples=30)
    @given(st.data())
    def mutilate(data):
        row = data.draw(st.sampled_from(rows))
        start = data.draw(st.integers(0, len(row)))
        end = data.draw(st.integers(start, min(len(row), start + 20)))
        junk = data.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b'"', b",", b";", b"\n", b"=1", b"''", b"[]"]))
        )
        with TemporaryDirectory() as folder:
            path = Path(folder) / "any.csv"
            path.write_bytes(b"".join([*content[: header + 1], row[:start] + junk + row[end:], rows[0], rows[-1]]))
            for one in SAMPLES[name].read(path):
                assert isinstance(one, Declared | Problem)
                if isinstance(one, Declared) and isinstance(one.what, Finding):
                    assert one.what.start.id != one.what.end.id

    mutilate()


def _broken(content: bytes, header: int, kind: str) -> bytes:
    """Return a sample that is bad in one way."""
    lines = content.splitlines(keepends=True)
    row = lines[header + 1]
    first, separator, rest = row.partition(b",")
    bad = {
        "NUL byte": first + b"\0" + separator + rest,
        "formula": b"=1+1" + separator + rest,
        "10 MB cell": b"x" * 10_000_000 + separator + rest,
        "long cell": b"x" * 9_000 + separator + rest,
        "unclosed quote": b'"' + first + separator + rest,
        "cell too few": rest,
    }
    if kind in bad:
        return b"".join([*lines[: header + 1], bad[kind], *lines[header + 2 :]])
    text = content.decode("iso-8859-1")
    whole = {
        "UTF-16": text.encode("utf-16"),
        "UTF-32": text.encode("utf-32"),
        "no text": b"".join([*lines[: header + 1], b"\x81\x8d" + row]),
        "wrong delimiter": content.replace(b",", b"^"),
        "binary": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        "empty": b"",
    }
    return whole[kind]


ROWS = ("NUL byte", "formula", "10 MB cell", "long cell", "unclosed quote", "cell too few")
WHOLE = ("UTF-16", "UTF-32", "no text", "wrong delimiter", "binary", "empty")


@pytest.mark.parametrize("kind", [*ROWS, *WHOLE])
@pytest.mark.parametrize("name", SAMPLES)
def test_bad_input_is_named_with_its_line(samples, run, tmp_path, name, kind):
    loader, content = SAMPLES[name], (samples / name).read_bytes()
    lines = content.splitlines(keepends=True)
    header = next(n for n, line in enumerate(lines) if loader.recognise(samples / name, line))
    path = tmp_path / "bad.csv"
    path.write_bytes(_broken(b"".join(lines[: header + 40]), header, kind))
    outcome = run(loader, path)
    assert outcome.problems
    if kind in ROWS:
        assert outcome.problems[0].line == header + 2
    else:
        assert not outcome.findings and outcome.counts["read"] == 0


@pytest.mark.parametrize("kind", ["NUL byte", "formula", "10 MB cell", "UTF-16", "wrong delimiter", "binary", "empty"])
def test_bad_input_of_a_mapped_table_and_of_a_table_of_findings_is_named(run, tmp_path, kind):
    mapping = (
        "columns: [name, place]\norganisation: {id: o, name: O}\norigin: {id: a, kind: list}\n"
        "source: {id: s, title: S, publisher: P, published: '2020', reliability: {grade: C, reason: r}}\n"
        "each: [{party: {id: 'group:{name|slug}', kind: Group, name: '{name}'}}]\n"
    )
    (tmp_path / "bad.mapping.yaml").write_text(mapping)
    path = tmp_path / "bad.csv"
    path.write_bytes(_broken(b"name,place\nA,B\nC,D\n", 0, kind))
    assert run(mapped, path).problems
    path.write_bytes(_broken(b"id,relation,from,to,certainty,source,origin,statement\na,b,c,d,e,f,g,h\n", 0, kind))
    assert [one for one in findings.read(path) if isinstance(one, Problem)]


@pytest.mark.parametrize("suffix", [".yaml", ".json", ".jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00", b"\xff\xfe{\x00", b'{"findings": [', b"[]", b"findings: {", b"findings: &a [*a]", b'"findings"',
        b'{"findings": [{"id": "' + b"x" * 10_000_000 + b'"}]}', b"findings:\n - id: a\n   id: b\n",
        b"id,relation\n1,2\n",
    ],
)  # fmt: skip
def test_bad_native_files_are_named_or_declare_nothing(tmp_path, suffix, content):
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    assert not [one for one in findings.read(path) if isinstance(one, Declared)]


def test_a_bomb_is_named_by_the_loaders_that_read_workbooks(run, tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 20_000_000)
    head = path.read_bytes()[:65_536]
    assert [loader for loader in LOADERS if loader.recognise(path, head)] == [ucdp]
    outcome = run(ucdp, path)
    assert not outcome.declared and "unpacks to" in outcome.problems[0].found
