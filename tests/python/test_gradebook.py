"""Marks that go from nbgrader to candlelab and back, read by real nbgrader.

CANDLELAB names the binary under test.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

BINARY = os.environ["CANDLELAB"]


def cell(kind, name, source, **marks):
    marks = {"grade": False, "solution": False, "locked": False, "task": False, "grade_id": name,
             "schema_version": 3, "checksum": "", "cell_type": kind} | marks
    cell = {"cell_type": kind, "id": name, "metadata": {"nbgrader": marks}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


LAB = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"name": "candlelab", "display_name": "Rust (Candle)", "language": "rust"},
        "candlelab": {"lab": "00-numbers", "title": "Numbers", "question": "How much?",
                      "lecture": "Day 0", "goals": ["square"], "minutes": 1, "data": [],
                      "seconds": {"full": 60, "fast": 60}},
    },
    "cells": [
        cell("code", "square", "fn square(x: f64) -> f64 {\n    // BEGIN SOLUTION\n    x * x\n"
             "    // END SOLUTION\n}", solution=True),
        cell("code", "square-check", "// BEGIN HIDDEN TESTS\nassert_eq!(square(3.0), 9.0);\n"
             "// END HIDDEN TESTS", grade=True, locked=True, points=2),
        cell("markdown", "why", "It grows.", grade=True, solution=True, points=3),
        cell("markdown", "plot", "Plot it.", task=True, locked=True, points=1.5),
    ],
}


def candlelab(folder, *arguments):
    done = subprocess.run([BINARY, "gradebook", *arguments], cwd=folder, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def course(tmp_path):
    """A lab, and nbgrader's gradebook with two submissions of it."""
    lab = tmp_path / "labs/00-numbers/lab.ipynb"
    lab.parent.mkdir(parents=True)
    lab.write_text(json.dumps(LAB))
    with Gradebook(f"sqlite:///{tmp_path}/theirs.db") as book:
        book.add_assignment("00-numbers")
        book.add_notebook("lab", "00-numbers")
        book.add_grade_cell("square-check", "lab", "00-numbers", max_score=2, cell_type="code")
        book.add_grade_cell("why", "lab", "00-numbers", max_score=3, cell_type="markdown")
        book.add_solution_cell("why", "lab", "00-numbers")
        for student, auto, by_hand in [("ada", 2, 2.5), ("bob", 0, None)]:
            book.add_student(student, first_name=student.title())
            submission = book.add_submission("00-numbers", student)
            submission.timestamp = datetime.datetime(2026, 1, 2, 3, 4, 5)
            for grade in submission.notebooks[0].grades:
                if grade.name == "why":
                    grade.manual_score = by_hand
                    grade.extra_credit = 0.5 if by_hand else None
                    grade.needs_manual_grade = by_hand is None
                else:
                    grade.auto_score = auto
                    grade.needs_manual_grade = False
        book.db.commit()
    return tmp_path


def test_marks_come_from_nbgrader_once(course):
    assert candlelab(course, "from-nbgrader", "theirs.db").startswith("2 new of 2")
    assert candlelab(course, "from-nbgrader", "theirs.db").startswith("0 new of 2")
    candlelab(course, "report", "--no-similar")
    page = (course / "report.html").read_text()
    assert "Students: 2, grades: 2, labs: 1." in page and "it waits for a person" in page


def test_a_changed_mark_comes_again(course):
    candlelab(course, "from-nbgrader", "theirs.db")
    with Gradebook(f"sqlite:///{course}/theirs.db") as book:
        book.find_submission("00-numbers", "bob").notebooks[0].grades[0].manual_score = 1
        book.db.commit()
    assert candlelab(course, "from-nbgrader", "theirs.db").startswith("1 new of 2")


def test_nbgrader_reads_what_candlelab_writes(course):
    candlelab(course, "from-nbgrader", "theirs.db")
    # Twice: the second time everything is there already.
    for _ in range(2):
        candlelab(course, "to-nbgrader", "ours.db")
    with Gradebook(f"sqlite:///{course}/ours.db") as book:
        assert [it.id for it in book.students] == ["ada", "bob"]
        assert book.find_assignment("00-numbers").max_score == 6.5
        notebook = book.find_notebook("lab", "00-numbers")
        assert {it.name: it.cell_type for it in notebook.source_cells} == {
            "square": "code", "square-check": "code", "why": "markdown", "plot": "markdown"}
        source = book.find_source_cell("square-check", "lab", "00-numbers")
        assert "HIDDEN" in source.source and source.locked
        assert "x * x" not in book.find_source_cell("square", "lab", "00-numbers").source
        ada = book.find_submission("00-numbers", "ada")
        assert ada.timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5)
        assert {it.name: (it.auto_score, it.needs_manual_grade)
                for it in ada.notebooks[0].grades} == {
            "square-check": (2, False), "why": (None, False), "plot": (None, True)}
        assert ada.score == 4.5 and ada.max_score == 6.5
        assert [it.name for it in ada.notebooks[0].comments] == ["square", "why"]


def test_what_a_person_entered_in_nbgrader_stays(course):
    candlelab(course, "from-nbgrader", "theirs.db")
    candlelab(course, "to-nbgrader", "theirs.db")
    with Gradebook(f"sqlite:///{course}/theirs.db") as book:
        ada = book.find_submission("00-numbers", "ada")
        assert book.find_student("ada").first_name == "Ada"
        why = next(it for it in ada.notebooks[0].grades if it.name == "why")
        assert (why.manual_score, why.extra_credit, why.needs_manual_grade) == (2.5, 0.5, False)
        assert ada.score == 5


def test_nbgrader_exports_our_marks(course):
    candlelab(course, "from-nbgrader", "theirs.db")
    candlelab(course, "to-nbgrader", "gradebook.db")
    done = subprocess.run([sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"],
                          cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (course / "grades.csv").read_text().splitlines()
    assert lines[1].startswith("00-numbers,,2026-01-02 03:04:05,ada,"), lines
    assert lines[1].endswith(",4.5,0.0,4.5,6.5"), lines


def test_another_database_is_refused(course):
    (course / "notes.db").write_text("student,points\n" * 100)
    for command in ["from-nbgrader", "to-nbgrader"]:
        candlelab(course, "from-nbgrader", "theirs.db")
        done = subprocess.run([BINARY, "gradebook", command, "notes.db"], cwd=course,
                              capture_output=True, text=True)
        assert done.returncode == 2 and "as a gradebook of nbgrader" in done.stderr, done.stderr
    assert (course / "notes.db").read_text().startswith("student,points")
