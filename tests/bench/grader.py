"""Measures `candlelab grade` beside nbgrader with another Rust kernel on the same submissions.

    python tests/bench/grader.py candlelab [KERNEL_OF_NBGRADER] [--parts one,ten,shards,wrong,again]
                                           [--class N] [--many N] [--labs LAB,...] [--times N]

The first argument is the program. The second is the kernel that nbgrader uses, by default `rust`
(evcxr_jupyter); `none` leaves nbgrader out. `--class` is how many hand in the lab of ten cells,
`--many` how many are graded on one node and in eight shards, which are put together. The part
`again` grades these labs of the course so many times, solved and as they were handed out.
Other programs that run meanwhile slow all down, but add little to the processor's time.
Needs nbgrader.
"""

import argparse
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

JOBS = 2
SHARDS = 8
RUNS = 4
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.code_stub = {"rust": "todo!()"}
c.ExecutePreprocessor.timeout = 60
"""
ONE = [("square", "fn square(x: f64) -> f64", "x * x", "square(3.0)", "9.0")]
TEN = [
    ("mean", "fn mean(values: &[f64]) -> f64", "values.iter().sum::<f64>() / values.len() as f64",
     "mean(&samples)", "3.0"),
    ("spread", "fn spread(values: &[f64]) -> f64",
     "let m = mean(values); values.iter().map(|x| (x - m) * (x - m)).sum::<f64>()",
     "spread(&samples)", "10.0"),
    ("slope", "fn slope(x: &[f64], y: &[f64]) -> f64",
     "let (a, b) = (mean(x), mean(y)); "
     "x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / spread(x)",
     "slope(&samples, &targets)", "2.0"),
]
GIVEN = ["let samples: Vec<f64> = (1..6).map(|i| i as f64).collect();",
         "let targets: Vec<f64> = samples.iter().map(|x| 2.0 * x + 1.0).collect();"]
LAST = ["let fit = slope(&samples, &targets);", 'println!("slope {fit}");']
# What an answer is, and the points of two that it deserves.
WRONG = {
    "right": ("x * x", 2),
    "wrong": ("x + x", 0),
    "unwritten": ("todo!()", 0),
    "says-more": ('eprintln!("squaring"); x * x', 2),
    "broken": ("x *", 0),
    "pretends": ('println!("EVCXR_EXECUTION_COMPLETE"); '
                 'std::thread::sleep(std::time::Duration::from_secs(5)); x + x', 0),
}


def code(name, source, **marks):
    metadata = {}
    if marks:
        metadata["nbgrader"] = {"grade": False, "solution": False, "locked": False, "task": False,
                                "grade_id": name, "schema_version": 3, "checksum": "0" * 32,
                                "cell_type": "code"} | marks
    return {"cell_type": "code", "id": name, "metadata": metadata, "source": source,
            "outputs": [], "execution_count": None}


def answer(name, head, body, is_lab):
    marks = ("    // BEGIN SOLUTION\n", "\n    // END SOLUTION") if is_lab else ("    ", "")
    return code(name, f"{head} {{\n{body.join(marks)}\n}}", solution=True)


def notebook(kernel, exercises, answers=None, rest=((), ())):
    """The lab with its solutions, or with a student's answers in their place."""
    cells = [code(f"given-{i}", text) for i, text in enumerate(rest[0])]
    for name, head, solution, call, expected in exercises:
        body = (answers or {}).get(name, solution)
        cells.append(answer(name, head, body, answers is None))
        check = f'check("{name}-check", 2, |c| {{\n    c.close({call}, {expected}, 1e-9, "{name}")?;\n    Ok("right")\n}})?;'
        if kernel != "candlelab":
            check = f"assert_eq!({call}, {expected});"
        cells.append(code(f"{name}-check", check, grade=True, locked=True, points=2))
    cells += [code(f"last-{i}", text) for i, text in enumerate(rest[1])]
    about = {"lab": "00-bench", "title": "Numbers", "question": "How much?", "lecture": "Day 0",
             "goals": ["numbers"], "minutes": 1, "data": [], "seconds": {"full": 60, "fast": 60}}
    spec = {"name": kernel, "display_name": kernel, "language": "rust"}
    return {"cells": cells, "metadata": {"candlelab": about, "kernelspec": spec},
            "nbformat": 4, "nbformat_minor": 5}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def write_class(folder, kernel, exercises, students, rest=((), ())):
    """A course: the lab, and what each of these students answers."""
    labs = "labs" if kernel == "candlelab" else "source"
    write(folder / labs / "00-bench/lab.ipynb", notebook(kernel, exercises, rest=rest))
    for student, answers in students.items():
        work = notebook(kernel, exercises, answers, rest)
        write(folder / "submitted" / student / "00-bench/lab.ipynb", work)


def made_up(exercises, count):
    """Students of whom no two write the same."""
    return {f"s{n:03}": {it[0]: f"let own = {n}.0; let _ = own; {it[2]}" for it in exercises}
            for n in range(count)}


def timed(command, folder):
    # nbgrader starts `alembic` by name.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    started, before = time.perf_counter(), os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "PATH": path})
    after = os.times()
    computed = sum(after[2:4]) - sum(before[2:4])
    return time.perf_counter() - started, computed, done


def candlelab(folder, *arguments):
    seconds, computed, done = timed([PROGRAM, *arguments], folder)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stdout}\n{done.stderr}")
    return seconds, computed


def nbgrader(folder):
    """Releases the lab and grades all; nbgrader goes on with the next where one fails."""
    (folder / "nbgrader_config.py").write_text(CONFIG)
    program = [sys.executable, "-m", "nbgrader"]
    *_, done = timed([*program, "generate_assignment", "00-bench"], folder)
    if done.returncode:
        sys.exit(f"nbgrader: {done.stdout}\n{done.stderr}")
    return timed([*program, "autograde", "00-bench", "--create"], folder)[:2]


def our_points(folder):
    grades = json.loads((folder / "grades/grades.json").read_text())
    return {it["student"]: [verdict["points"] for verdict in it["verdicts"]] for it in grades}


def their_points(folder):
    """Points by student; nothing of a student whose notebook was not graded."""
    query = """SELECT student.id, grade.auto_score FROM student
        JOIN submitted_assignment ON student_id = student.id
        JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
        JOIN grade ON grade.notebook_id = submitted_notebook.id"""
    with sqlite3.connect(folder / "gradebook.db") as book:
        return {student: [points] for student, points in book.execute(query)}


def speed(what, exercises, count, kernel, peers, rest=((), ())):
    """Seconds a submission with two jobs, and submissions a minute and core."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_class(folder, "candlelab", exercises, made_up(exercises, count), rest)
        seconds, computed = candlelab(folder, "grade", "-j", str(JOBS))
        full = [2.0] * len(exercises)
        right = sum(points == full for points in our_points(folder).values())
        print(f"{what}, candlelab: {count} in {seconds:.1f} s, {seconds / count:.2f} s each with "
              f"{JOBS} jobs, {count / seconds * 60 / JOBS:.1f} a minute and core; "
              f"{computed / count:.2f} s of processor each; {right} have full marks", flush=True)
    if kernel == "none":
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_class(folder, kernel, exercises, made_up(exercises, peers), rest)
        seconds, computed = nbgrader(folder)
        print(f"{what}, nbgrader with {kernel}: {peers} in {seconds:.1f} s, "
              f"{seconds / peers:.2f} s each, {peers / seconds * 60:.1f} a minute; "
              f"{computed / peers:.2f} s of processor each", flush=True)


def shards(count):
    """A class on one node and in shards that are put together."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        students = made_up(ONE, count)
        for student in list(students)[::3]:
            students[student]["square"] = f"x + {int(student[1:])}.0"
        write_class(folder, "candlelab", ONE, students)
        alone, _ = candlelab(folder, "grade", "-j", str(JOBS))
        parts = [candlelab(folder, "grade", "-j", str(JOBS), "--out", "parts", "--shard",
                           f"{number}/{SHARDS}")[0] for number in range(1, SHARDS + 1)]
        merge, _ = candlelab(folder, "gradebook", "merge", "parts")
        single = our_points(folder)
        (folder / "grades").rename(folder / "single")
        (folder / "parts").rename(folder / "grades")
        same = "identical" if single == our_points(folder) else "DIFFERENT"
        print(f"{count} submissions: one node {alone:.0f} s, {SHARDS} shards {sum(parts):.0f} s one "
              f"after the other, merged in {merge:.2f} s; marks {same}", flush=True)


def wrong_marks(kernel):
    """How many of six kinds of answers get another mark than they deserve, or none."""
    students = {name: {"square": body} for name, (body, _) in WRONG.items()}

    def tell(who, points):
        wrong = [name for name, (_, due) in WRONG.items() if points.get(name) != [due]]
        print(f"wrong marks, {who}: {len(wrong)} of {len(WRONG)} {' '.join(wrong)}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_class(folder, "candlelab", ONE, students)
        candlelab(folder, "grade", "-j", str(JOBS))
        tell("candlelab", our_points(folder))
    if kernel != "none":
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_class(folder, kernel, ONE, students)
            nbgrader(folder)
            tell(f"nbgrader with {kernel}", their_points(folder))


def again(names, times):
    """Labs of the course, many times, each run with other examples."""
    labs = pathlib.Path(__file__).resolve().parents[2] / "labs"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        candlelab(folder, "release", "--output", "release", str(labs), *names)
        for released in (folder / "release").glob("*/lab.ipynb"):
            lab = released.parent.name
            for number in range(times // RUNS):
                for who, source in (("sleeper", released), ("solver", labs / lab / "lab.ipynb")):
                    to = folder / "submitted" / f"{who}-{number}" / lab / "lab.ipynb"
                    to.parent.mkdir(parents=True)
                    to.write_bytes(source.read_bytes())
        marks = {}
        for _ in range(RUNS):
            # Without a sandbox what has been compiled before is taken over.
            candlelab(folder, "grade", "-j", str(JOBS), "--fast", "--timeout", "600", "--regrade",
                      "--sandbox", "none", "--labs", str(labs), *names)
            for it in json.loads((folder / "grades/grades.json").read_text()):
                points = tuple(verdict["points"] for verdict in it["verdicts"])
                kind = it["student"].split("-")[0], it["lab"]
                marks.setdefault(kind, []).append(points)
        for (who, lab), all_points in sorted(marks.items()):
            print(f"{lab}, {who}: {len(all_points)} times, {len(set(all_points))} different marks, "
                  f"{sum(all_points[0]):g} points", flush=True)


def main():
    global PROGRAM
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("kernel", nargs="?", default="rust")
    parser.add_argument("--parts", default="one,ten,shards,wrong")
    parser.add_argument("--class", dest="class_size", type=int, default=20)
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--labs", default="42-")
    parser.add_argument("--times", type=int, default=100)
    args = parser.parse_args()
    PROGRAM = str(pathlib.Path(args.program).absolute())
    parts = args.parts.split(",")
    if "one" in parts:
        speed("one cell", ONE, 20, args.kernel, 6)
    if "ten" in parts:
        speed("ten cells", TEN, args.class_size, args.kernel, 3, (GIVEN, LAST))
    if "shards" in parts:
        shards(args.many)
    if "wrong" in parts:
        wrong_marks(args.kernel)
    if "again" in parts:
        again(args.labs.split(","), args.times)


main()
