"""Files as others make them: encodings, separators, heads, and what is no CSV."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from syncline import WorkspaceError
from syncline.imports.reading import SEPARATORS, look_at

LONG = "x" * 1_000_001
TEXT = "Name;City\nZoë;Málaga\nJürgen;Köln\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("latin-1", "cp1252"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_found(tmp_path: Path, encoding: str, found: str) -> None:
    """RS11: whatever a spreadsheet wrote, the names are the same."""
    path = tmp_path / "p.csv"
    path.write_bytes(TEXT.encode(encoding))
    sheet = look_at(path)
    assert sheet.encoding == found
    assert sheet.columns == ("Name", "City")
    assert [line.cells for line in sheet.lines()] == [("Zoë", "Málaga"), ("Jürgen", "Köln")]


def test_bytes_that_windows_does_not_have_are_latin_1(tmp_path: Path) -> None:
    """RS11: there is always an answer, and no row is lost."""
    path = tmp_path / "p.csv"
    path.write_bytes(b"Name,City\nA\x81,B\xe9\n")
    sheet = look_at(path)
    assert sheet.encoding == "latin-1"
    assert [line.cells[1] for line in sheet.lines()] == ["Bé"]


@pytest.mark.parametrize("mark", SEPARATORS)
def test_a_separator_is_found(tmp_path: Path, mark: str) -> None:
    """RS11: also where another one stands oftener in the cells."""
    path = tmp_path / "p.csv"
    others = "".join(SEPARATORS.replace(mark, ""))
    path.write_text(f'A{mark}B\n"x{others * 5}"{mark}y\nz{mark}w\n', "utf-8")
    sheet = look_at(path)
    assert sheet.separator == mark
    assert sheet.columns == ("A", "B")


def test_lines_are_numbered_as_an_editor_numbers_them(tmp_path: Path) -> None:
    """RS11: empty rows are passed over, and a cell with a line break ends where it ends."""
    path = tmp_path / "p.csv"
    path.write_text('\n\nA,B\n1,"x\ny"\n\n,\n2,z\n', "utf-8")
    sheet = look_at(path)
    assert [(line.number, line.cells) for line in sheet.lines()] == [
        (5, ("1", "x\ny")),
        (8, ("2", "z")),
    ]
    assert sheet.rows == 2


def test_a_name_that_comes_again_is_told_apart(tmp_path: Path) -> None:
    """RS11: two columns called Phone are two columns; one without a name has its place."""
    path = tmp_path / "p.csv"
    path.write_text("Phone,phone,,Phone\n1,2,3,4\n", "utf-8")
    assert look_at(path).columns == ("Phone", "phone (2)", "column 3", "Phone (3)")


def test_formulas_stay_as_they_stand(tmp_path: Path) -> None:
    """RS11: nothing evaluates a cell."""
    cells = ["=1+1", "+44 20 7183 8750", "-2", "@SUM(A1)", '=HYPERLINK("http://x")']
    path = tmp_path / "p.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b", "c", "d", "e"], cells])
    assert [list(line.cells) for line in look_at(path).lines()] == [cells]


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "p.csv is empty"),
        (b" \n\n", "p.csv is empty"),
        (b'A,B\n1,2\n"x,3\n', "p.csv, line 3: this is no CSV"),
        (b'A,B\n1,2\n"x"y,3\n', "p.csv, line 3: this is no CSV"),
        (b"\xff\xfeA\x00,\x00B", "says that it is UTF-16 and is not"),
        (b",,\n,,\n", "p.csv is empty"),
        (b"sep=;\n", "p.csv is empty"),
        (b'sep=;\nA;B\n"x";"y"z\n', "p.csv, line 3: this is no CSV"),
    ],
    ids=[
        "nothing",
        "blank",
        "separators alone",
        "open quote",
        "sign behind a quote",
        "half a sign",
        "a separator alone",
        "a separator and a fault",
    ],
)
def test_what_is_no_csv_is_told_with_its_line(tmp_path: Path, content: bytes, answer: str) -> None:
    """RS11: before the first row is imported."""
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=answer) as caught:
        look_at(path)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (f"A,B\n{LONG},1\n", "line 2, column 1 (A): "),
        (f"A,B\n1,2\n3,{LONG}\n", "line 3, column 2 (B): "),
        (f'A,B\n"x\ny","x\r\n{LONG}"\n', "line 3, column 2 (B): "),
        ('A,B\n1,"2\n' + "3,4\n" * 300_000, "line 2, column 2 (B): "),
        (f"A,B\n1,2,{LONG}\n", "line 2, column 3: "),
        (f"A,{LONG}\n1,2\n", "line 1, column 2: "),
        (f"sep=;\nA;B\n1,5;{LONG}\n", "line 3, column 2 (B): "),
    ],
    ids=["first", "second", "lines", "open quote", "without a head", "head", "separator said"],
)
def test_a_cell_that_is_too_long_is_told_with_its_place(
    tmp_path: Path, content: str, answer: str
) -> None:
    """RS11: the line on which the cell begins, its column, and what to do."""
    path = tmp_path / "p.csv"
    path.write_text(content, "utf-8", newline="")
    with pytest.raises(WorkspaceError) as caught:
        look_at(path)
    assert caught.value.message == f"p.csv, {answer}a cell of more than 1,000,000 characters"
    assert "Shorten the cell" in caught.value.hint
    assert "a quote" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    ("first", "mark"),
    [
        ("sep=;\n", ";"),
        ("sep=,\r\n", ","),
        ("SEP=|\r\n", "|"),
        ("sep=\t\n", "\t"),
        ("sep=\\t\n", "\t"),
        ('"sep=;"\n', ";"),
        ("sep=:\n", ":"),
    ],
)
def test_a_first_line_that_names_the_separator_is_no_row(
    tmp_path: Path, first: str, mark: str, encoding: str
) -> None:
    """RS11: Excel's line is left out and counted; whatever wrote the file."""
    path = tmp_path / "p.csv"
    path.write_bytes(f"{first}Näme{mark}B\na!b{mark}c!d\n".encode(encoding))
    sheet = look_at(path)
    assert (sheet.separator, sheet.columns, sheet.rows) == (mark, ("Näme", "B"), 1)
    assert [(line.number, line.cells) for line in sheet.lines()] == [(3, ("a!b", "c!d"))]


def test_the_named_separator_holds_against_the_look_of_the_rows(tmp_path: Path) -> None:
    """RS11: decimals with a comma are wider than the two columns that were meant."""
    path = tmp_path / "p.csv"
    path.write_text("sep=;\na,b,c;d\n1,2,3;4\n", "utf-8")
    assert look_at(path).columns == ("a,b,c", "d")


def test_a_column_that_is_called_sep_is_a_column(tmp_path: Path) -> None:
    """RS11: only the whole line names a separator, and only the first."""
    path = tmp_path / "p.csv"
    path.write_text("sep=;,B\n1,2\n", "utf-8")
    assert look_at(path).columns == ("sep=;", "B")
    path.write_text("A,B\nsep=;\n1,2\n", "utf-8")
    assert [line.cells for line in look_at(path).lines()] == [("sep=;",), ("1", "2")]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    """RS11: whatever was loaded before, the limit is the same."""
    path = tmp_path / "p.csv"
    path.write_text(f"A,B\n{LONG[1:]},1\n", "utf-8")
    assert [len(line.cells[0]) for line in look_at(path).lines()] == [1_000_000]


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """RS11: a pipe into which nobody writes is not waited for, and a folder is no file."""
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    for path in pipe, tmp_path, Path(os.devnull):
        with pytest.raises(WorkspaceError, match=f"{path} is no regular file") as caught:
            look_at(path)
        assert "in a file" in caught.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """RS11: by its name."""
    with pytest.raises(WorkspaceError, match="cannot be read: No such file"):
        look_at(tmp_path / "p.csv")


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
_ROWS = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(_CELL, min_size=width, max_size=width).filter(
            lambda row: any(cell.strip() for cell in row)
        ),
        max_size=8,
    )
)


@given(_ROWS, st.sampled_from(SEPARATORS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_a_spreadsheet_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], mark: str, encoding: str
) -> None:
    """RS11: each cell comes back as it was, in whichever encoding and separator."""
    width = len(rows[0]) if rows else 3
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerows([[f"column {n}" for n in range(width)], *rows])
    path = tmp_path_factory.mktemp("csv") / "p.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    sheet = look_at(path)
    assert sheet.separator == mark
    assert [list(line.cells) for line in sheet.lines()] == rows
    assert sheet.rows == len(rows)
