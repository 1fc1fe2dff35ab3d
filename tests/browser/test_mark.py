"""A lecturer marks answers by hand, with keys only, in headless Chromium."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOTS = ROOT / "target/browser"
BINARY = os.environ.get("CANDLELAB", ROOT / "target/release/candlelab")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
EVIL = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"


def notebook(text):
    marks = {"cell_type": "markdown", "grade": True, "grade_id": "why", "locked": False,
             "points": 3, "schema_version": 3, "solution": True, "task": False, "checksum": ""}
    about = {"lab": "00-essay", "title": "Essay", "question": "Why?", "lecture": "Day 0",
             "goals": ["why"], "minutes": 1, "data": [], "seconds": {"full": 1, "fast": 1}}
    cell = {"cell_type": "markdown", "id": "why", "metadata": {"nbgrader": marks}, "source": text}
    return json.dumps({"cells": [cell], "metadata": {"candlelab": about}, "nbformat": 4,
                       "nbformat_minor": 5})


def write(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(notebook(text))


@pytest.fixture
def course(tmp_path):
    """Three essays, and the address under which they are marked."""
    write(tmp_path / "labs/00-essay/lab.ipynb", "Since it *grows*.")
    for student, text in {"ada": "It grows.", "bob": "No idea.", "eve": EVIL}.items():
        write(tmp_path / f"submitted/{student}/00-essay/lab.ipynb", text)
    process = subprocess.Popen([BINARY, "mark", "--by", "grace"], cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE)
    yield tmp_path, process.stdout.readline().strip()
    process.terminate()
    assert process.wait(timeout=10) == 0


@pytest.fixture
def page():
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.problems = []
        page.on("console", lambda said: page.problems.append(said.text))
        yield page
        browser.close()


def marks(course):
    with sqlite3.connect(course / "grades/gradebook.db") as book:
        rows = book.execute("SELECT student, cell, points, comment, by FROM manual")
        return {student: rest for student, *rest in rows}


def test_all_answers_are_marked_with_keys(course, page):
    folder, address = course
    page.goto(address)
    expect(page.locator("body")).to_contain_text("3 of 3 wait")
    page.get_by_role("link", name="1", exact=True).click()
    given = {}
    for number in range(1, 4):
        expect(page.locator("body")).to_contain_text(f"Answer {number} of 3")
        # Text is there before the field for points has the keyboard.
        page.wait_for_load_state()
        text = page.locator("#answer").inner_text()
        if "grows" in text:
            given["ada"] = ["why", 3.0, "", "grace"]
            page.keyboard.press("f")
        elif "idea" in text:
            given["bob"] = ["why", 0.5, "Look at <f>.", "grace"]
            page.keyboard.type("0.5")
            page.keyboard.press("c")
            page.keyboard.type("Look at <f>.")
            page.keyboard.press("Escape")
        else:
            assert text == EVIL
            given["eve"] = ["why", 0.0, "", "grace"]
            page.keyboard.press("z")
        if number == 1:
            page.screenshot(path=SHOTS / "mark.png")
        page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("0 of 3 wait")
    assert marks(folder) == given
    assert "taken" not in page.title() and page.problems == []


def test_whose_answer_it_is_is_not_said(course, page):
    _, address = course
    for path in ["", "1", "2", "3"]:
        page.goto(address + path)
        assert not any(name in page.content() for name in ["ada", "bob", "eve"])


def test_points_beyond_what_there_is_are_refused(course, page):
    folder, address = course
    page.goto(address + "1")
    page.locator("#form").evaluate("form => form.noValidate = true")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("from 0 to 3")
    assert marks(folder) == {}


def status(url, host=None, data=None):
    request = urllib.request.Request(url, data, {"Host": host} if host else {})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def test_nobody_else_sees_the_page(course):
    folder, address = course
    origin, token = address.rstrip("/").rsplit("/", 1)
    assert status(address) == 200
    assert status(origin + "/") == 404
    assert status(f"{origin}/{token[:-1]}x/1") == 404
    assert status(f"{origin}/{token}/4") == 404
    assert status(f"{origin}/1", data=b"points=3") == 404
    assert status(address, host="attacker.example") == 403
    assert status(address + "1", data=b"points=1&comment=" + b"x" * 200_000) == 413
    assert marks(folder) == {}
    reply = urllib.request.urlopen(address)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
