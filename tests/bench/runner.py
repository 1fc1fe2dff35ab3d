"""Measures `candlelab run` beside `jupyter execute` and papermill on the same notebooks.

    python tests/bench/runner.py candlelab [KERNEL_OF_THE_OTHERS]

The first argument is the program. The second is the kernel that the other runners use, by default
`rust` (evcxr_jupyter); `none` leaves them out. Needs papermill, jupyter and psutil.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import psutil

CELLS = [
    "let values: Vec<f64> = (0..100).map(|i| i as f64).collect();",
    "let mean = values.iter().sum::<f64>() / values.len() as f64;",
    'println!("{mean}");',
    "fn square(x: f64) -> f64 { x * x }",
    "let variance = values.iter().map(|x| square(x - mean)).sum::<f64>() / 100.0;",
    "variance",
    "#[derive(Debug)] struct Fit { slope: f64 }",
    "let fit = Fit { slope: mean / variance };",
    'println!("{fit:?}");',
    "assert!(fit.slope > 0.0);",
]


def notebook(number, kernel):
    """Ten cells, of which one differs from notebook to notebook, as texts of a course do."""
    cells = [CELLS[0].replace("100", str(100 + number)), *CELLS[1:]]
    code = [
        {"cell_type": "code", "id": f"c{i}", "source": text, "metadata": {}, "outputs": [],
         "execution_count": None}
        for i, text in enumerate(cells)
    ]
    spec = {"name": kernel, "display_name": kernel, "language": "rust"}
    return {"cells": code, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def write(folder, count, kernel):
    for number in range(count):
        path = folder / f"{number:03}.ipynb"
        path.write_text(json.dumps(notebook(number, kernel)))


def timed(command, folder, environment=None):
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}\n{done.stderr}")
    return time.perf_counter() - started, done.stdout


def watch(process, peaks):
    """Notes the resident mebibytes of a process and all below it, twice a second."""
    while process.poll() is None:
        try:
            main = psutil.Process(process.pid)
            everyone = [main, *main.children(recursive=True)]
            peaks.append(sum(p.memory_info().rss for p in everyone) / 2**20)
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.5)


def many(program, count):
    """Memory over a long run, and what is left of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, count, "candlelab")
        before = {p.pid for p in psutil.process_iter()}
        files = set(pathlib.Path(tempfile.gettempdir()).iterdir())
        process = subprocess.Popen([program, "run", ".", "-j", "1"], cwd=folder, stdout=subprocess.DEVNULL)
        peaks = []
        watcher = threading.Thread(target=watch, args=(process, peaks))
        started = time.perf_counter()
        watcher.start()
        code = process.wait()
        watcher.join()
        seconds = time.perf_counter() - started
        left = {p.pid for p in psutil.process_iter()} - before
        new = set(pathlib.Path(tempfile.gettempdir()).iterdir()) - files
        early, late = peaks[len(peaks) // 10], peaks[-3]
        print(f"{count} notebooks: exit {code}, {seconds / count:.2f} s each; memory {early:.0f} MB "
              f"after a tenth, {late:.0f} MB at the end, {max(peaks):.0f} MB at most; "
              f"{len(left)} processes and {len(new)} files left")


def main():
    program = pathlib.Path(shutil.which(sys.argv[1]) or sys.argv[1]).resolve()
    kernel = sys.argv[2] if len(sys.argv) > 2 else "rust"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, 10, "candlelab")
        for jobs in ["1", "2"]:
            command = [program, "run", ".", "-j", jobs, "--json", "lines"]
            for what in ["first", "again"]:
                seconds, _ = timed(command, folder)
                lines = [json.loads(line) for line in (folder / "lines").read_text().splitlines()]
                cells = sum(it["seconds"] for it in lines if it["event"] == "cell")
                whole = sum(it["seconds"] for it in lines if it["event"] == "notebook")
                print(f"candlelab run -j {jobs}, {what}: {seconds / 10:.2f} s a notebook; cells "
                      f"{cells / 10:.2f} s, with the runner {whole / 10:.2f} s", flush=True)
        if kernel != "none":
            write(folder, 3, kernel)
            paths = [f"{number:03}.ipynb" for number in range(3)]
            seconds = sum(timed(["jupyter", "execute", path], folder)[0] for path in paths)
            print(f"jupyter execute, {kernel}: {seconds / 3:.2f} s a notebook", flush=True)
            seconds = sum(timed(["papermill", path, "o.ipynb"], folder)[0] for path in paths)
            print(f"papermill, {kernel}: {seconds / 3:.2f} s a notebook", flush=True)
    many(program, 200)


main()
