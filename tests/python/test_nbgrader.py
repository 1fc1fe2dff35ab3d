"""Labs in the hands of real nbgrader.

CANDLELAB names the binary under test.
"""

import os
import pathlib
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

LABS = pathlib.Path(__file__).parents[2] / "labs"
BINARY = os.environ["CANDLELAB"]
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.code_stub = {"rust": "// YOUR CODE HERE\\ntodo!()"}
c.ExecutePreprocessor.timeout = 120
"""
# What `nbgrader generate_assignment` does, for several labs without a start for each.
GENERATE = """
import sys
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
app = NbGrader()
app.load_config_file()
api = NbGraderAPI(CourseDirectory(config=app.config), config=app.config)
for lab in sys.argv[1:]:
    result = api.generate_assignment(lab)
    assert result["success"], result
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The student versions: nbgrader's and ours."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(CONFIG)
    for lab in LABS.glob("*/lab.ipynb"):
        source = course / "source" / lab.parent.name / lab.name
        source.parent.mkdir(parents=True)
        source.write_text(lab.read_text())
    python(course, "-c", GENERATE, *sorted(it.name for it in (course / "source").iterdir()))
    subprocess.run([BINARY, "release", LABS, "-o", course / "ours"], check=True)
    return course / "release", course / "ours"


def nbgrader(folder, *arguments):
    return python(folder, "-m", "nbgrader", *arguments)


def python(folder, *arguments):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cells(path):
    """What a student gets: all but IDs, which nbformat keeps as they are, and the outputs."""
    parts = [(it.cell_type, it.source, it.metadata) for it in nbformat.read(path, 4).cells]
    return [(kind, source, dict(metadata)) for kind, source, metadata in parts]


@pytest.mark.parametrize("lab", sorted(it.parent.name for it in LABS.glob("*/lab.ipynb")))
def test_student_versions_are_nbgraders(released, lab):
    theirs, ours = (cells(folder / lab / "lab.ipynb") for folder in released)
    assert len(theirs) == len(ours)
    for one, other in zip(theirs, ours):
        assert one == other


def test_nbgrader_runs_a_lab_and_finds_its_tests_passed():
    assert "Success" in nbgrader(LABS / "03-gradient-descent", "validate", "lab.ipynb")


def test_nbgrader_grades_a_lab_through_our_kernel(released):
    course, lab = released[0].parent, "03-gradient-descent"
    handed_in = {"solved": course / "source", "untouched": course / "release"}
    for student, origin in handed_in.items():
        work = course / "submitted" / student / lab / "lab.ipynb"
        work.parent.mkdir(parents=True)
        work.write_text((origin / lab / "lab.ipynb").read_text())
    nbgrader(course, "autograde", lab, "--create")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {it.student.id: (it.score, it.max_score) for it in
                 gradebook.assignment_submissions(lab)}
    (_, most) = found["solved"]
    assert found == {"solved": (most, most), "untouched": (0, most)} and most > 0
