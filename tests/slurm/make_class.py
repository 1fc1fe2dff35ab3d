"""Writes a made-up lab and a class that has handed it in: make_class.py STUDENTS."""

import json
import pathlib
import sys

SQUARE = "fn square(x: f64) -> f64 {{\n    // BEGIN SOLUTION\n    {}\n    // END SOLUTION\n}}"
DOUBLE = "fn double(x: f64) -> f64 {{\n    // BEGIN SOLUTION\n    {}\n    // END SOLUTION\n}}"
CHECKS = {
    "square": 'c.close(square(3.0), 9.0, 1e-9, "a square is the number times itself")?;',
    "double": 'c.close(double(4.0), 8.0, 1e-9, "twice the number")?;',
}
RIGHT = {"square": "x * x", "double": "x + x"}
WRONG = {"square": "x * 2.0", "double": "x.sqrt("}


def code(name, source, points=None):
    marks = {"cell_type": "code", "checksum": "", "grade": points is not None, "grade_id": name,
             "locked": points is not None, "schema_version": 3, "solution": points is None,
             "task": False}
    if points is not None:
        marks["points"] = points
    return {"cell_type": "code", "id": name, "metadata": {"nbgrader": marks}, "source": source,
            "outputs": [], "execution_count": None}


def prose(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def notebook(answers):
    cells = [prose("title", "# Numbers")]
    for number, (name, template) in enumerate({"square": SQUARE, "double": DOUBLE}.items(), 1):
        cells.append(prose(f"exercise-{number}", f"**Exercise {number}.**"))
        cells.append(code(name, template.format(answers[name])))
        check = f'check("{name}-check", 2, |c| {{\n    {CHECKS[name]}\n    Ok("right")\n}})?;'
        cells.append(code(f"{name}-check", check, 2))
    about = {"lab": "00-numbers", "title": "Numbers", "question": "How much?", "lecture": "Day 0",
             "goals": ["square"], "minutes": 1, "data": [], "seconds": {"full": 60, "fast": 60}}
    kernel = {"name": "candlelab", "display_name": "Rust (Candle)", "language": "rust"}
    return {"cells": cells, "metadata": {"candlelab": about, "kernelspec": kernel},
            "nbformat": 4, "nbformat_minor": 5}


def write(path, answers):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook(answers)))


write("labs/00-numbers/lab.ipynb", RIGHT)
for student in range(int(sys.argv[1])):
    answers = {name: (WRONG if student >> bit & 1 else RIGHT)[name]
               for bit, name in enumerate(RIGHT)}
    write(f"submitted/student {student}/00-numbers/lab.ipynb", answers)
