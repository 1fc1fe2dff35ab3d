"""Every notebook that we write is one in the eyes of Python's nbformat.

CANDLELAB names the binary under test; the toy engine runs the cells.
"""

import json
import os
import pathlib
import subprocess

import nbformat
import pytest

ROOT = pathlib.Path(__file__).parents[2]
BINARY = os.environ["CANDLELAB"]
CELLS = ["print a\nprint b", "value 3", "display text/html <b>x</b>", "eprint c", "fail on purpose"]


def candlelab(folder, *arguments):
    environment = {**os.environ, "CANDLELAB_ENGINE": "echo"}
    return subprocess.run(
        [BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def valid(path):
    text = path.read_text()
    nbformat.validate(json.loads(text), relax_add_props=False)
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def notebook(minor):
    """Five cells, with what each version of the format may have."""
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": [],
         "execution_count": None}
        for source in CELLS
    ]
    cells.insert(0, {"cell_type": "markdown", "metadata": {}, "source": ["# T\n", "x"]})
    cells.append({"cell_type": "raw", "metadata": {"format": "text/x"}, "source": "raw"})
    if minor >= 1:
        cells[0]["attachments"] = {"a.png": {"image/png": "AA=="}}
    if minor >= 5:
        for number, cell in enumerate(cells):
            cell["id"] = f"id-{number}"
    return {"cells": cells, "metadata": {"title": "T"}, "nbformat": 4, "nbformat_minor": minor}


@pytest.mark.parametrize("minor", range(6))
def test_executed_notebooks_are_valid(tmp_path, minor):
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook(minor)))
    valid(tmp_path / "a.ipynb")
    assert candlelab(tmp_path, "run", "a.ipynb").returncode == 1
    ran = valid(tmp_path / "out/a.ipynb")
    assert [len(cell.get("outputs", [])) for cell in ran.cells] == [0, 1, 1, 1, 1, 1, 0]
    assert ran.nbformat_minor == minor


@pytest.mark.parametrize("minor", range(6))
def test_accepted_notebooks_are_valid(tmp_path, minor):
    made = notebook(minor)
    del made["cells"][5]
    (tmp_path / "a.ipynb").write_text(json.dumps(made))
    done = candlelab(tmp_path, "run", "--accept", "a.ipynb")
    assert done.returncode == 0, done.stderr
    assert valid(tmp_path / "a.ipynb").cells[2].outputs[0].output_type == "execute_result"


def test_student_versions_are_valid(tmp_path):
    done = candlelab(tmp_path, "release", str(ROOT / "labs"), "-o", "release")
    assert done.returncode == 0, done.stderr
    written = list(tmp_path.glob("release/**/*.ipynb"))
    assert len(written) == len(list(ROOT.glob("labs/*/lab.ipynb")))
    for path in written:
        valid(path)


def test_notebooks_from_scripts_are_valid(tmp_path):
    lab = ROOT / "labs/03-gradient-descent/lab.ipynb"
    for source, target, kind in [(lab, "a.rs", "script"), ("a.rs", "a.ipynb", "notebook")]:
        done = candlelab(tmp_path, "export", str(source), "--to", kind, "-o", target)
        assert done.returncode == 0, done.stderr
    assert len(valid(tmp_path / "a.ipynb").cells) == len(valid(lab).cells)
