"""papermill itself gives values to notebooks for our kernel."""

import subprocess
import sys

import nbformat
import papermill
import pytest
from candlelab_papermill import quoted, written

DECLARED = """let rate: f32 = 0.5; // learning rate
let mut rounds = 2u64;
let name: String = "mlp".into();
let widths: Vec<usize> = vec![1];
let limit: Option<f64> = None;"""
USE = """rounds += 1;
println!("{rate} {rounds} {name} {widths:?} {limit:?}");
let sum: f32 = rate + 1.0;"""


@pytest.fixture
def notebook(tmp_path):
    cells = [nbformat.v4.new_code_cell(DECLARED, metadata={"tags": ["parameters"]})]
    cells.append(nbformat.v4.new_code_cell(USE))
    kernel = {"name": "candlelab", "display_name": "Rust (Candle)", "language": "rust"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, tmp_path / "in.ipynb")
    return tmp_path


def printed(path):
    return nbformat.read(path, 4).cells[2].outputs[0].text


def test_values_have_the_types_of_their_parameters(notebook):
    values = {"rate": 2, "rounds": 5, "name": 'a "b"', "widths": [3, 4], "limit": 1}
    papermill.execute_notebook(notebook / "in.ipynb", notebook / "out.ipynb", values)
    assert printed(notebook / "out.ipynb") == '2 6 a "b" [3, 4] Some(1.0)\n'


def test_the_command_line_works_too(notebook):
    command = [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-p", "rate", "0.25"]
    subprocess.run(command, cwd=notebook, check=True, capture_output=True)
    told = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", "in.ipynb"],
        cwd=notebook, check=True, capture_output=True, text=True,
    ).stdout
    assert "rate: f32 (default 0.5)" in told and "learning rate" in told


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (True, None, "true"),
        (-3, None, "-3"),
        (1, "f64", "1.0"),
        (1e-7, "f32", "1e-07"),
        (None, "Option<f32>", "None"),
        (2, "Option<f32>", "Some(2.0)"),
        ([1, 2], "Vec<f32>", "vec![1.0, 2.0]"),
        ([1, 2], "[f64; 2]", "[1.0, 2.0]"),
        ("é\n\\", None, '"é\\n\\\\"'),
        ("a", "String", 'String::from("a")'),
    ],
)
def test_values_in_rust(value, kind, text):
    assert written(value, kind) == text


def test_odd_characters_are_escaped_as_in_rust():
    assert quoted('\x01"\x08') == '"\\u{0001}\\"\\x08"'


def test_maps_are_refused():
    with pytest.raises(TypeError, match="no literal for a map"):
        written({"a": 1})
