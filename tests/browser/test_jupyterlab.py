"""A student's first hour, in headless Chromium against a real JupyterLab server."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import Error, expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOTS = ROOT / "target/browser"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run", "--disable-quic"]
MINUTE = 60_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A JupyterLab server over a copy of the labs."""
    home = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "labs", home / "labs")
    port = free_port()
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password=",
               f"--ServerApp.root_dir={home / 'labs'}"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(url + "/api")
            break
        except OSError:
            time.sleep(0.5)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def page(server):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(server + "/lab/tree/16-cnn-mnist/lab.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=2 * MINUTE)
        choose_kernel(page)
        yield page
        browser.close()


def choose_kernel(page):
    """Accepts the proposed kernel where JupyterLab asks."""
    dialog = page.locator(".jp-Dialog button.jp-mod-accept")
    try:
        dialog.click(timeout=10_000)
    except Error:
        pass


def shot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def kernel_is(page, state, timeout=3 * MINUTE):
    indicator = page.locator(".jp-Notebook-ExecutionIndicator").first
    expect(indicator).to_have_attribute("data-status", state, timeout=timeout)


def new_cell(page, code):
    """Adds a cell at the notebook's end and types into it."""
    page.locator(".jp-Notebook .jp-Cell").last.click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(code)
    return page.locator(".jp-Notebook .jp-CodeCell").last


def run_cell(page, code):
    cell = new_cell(page, code)
    page.keyboard.press("Control+Enter")
    return cell


def test_every_cell_of_the_lab_runs(page):
    kernel_is(page, "idle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # The loss curve grows while the network trains.
    curve = page.locator(".jp-OutputArea img[src^='data:image/svg'], .jp-OutputArea svg").first
    expect(curve).to_be_attached(timeout=3 * MINUTE)
    shot(page, "training")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                .every(prompt => !/\\[\\*\\]/.test(prompt.textContent))""",
        timeout=5 * MINUTE,
    )
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    shot(page, "trained")


def test_a_compile_error_is_underlined(page):
    cell = run_cell(page, 'let x: i32 = "a";')
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text("expected `i32`, found `&str`", timeout=MINUTE)
    expect(output).to_contain_text("^^^")
    shot(page, "error")


def test_tab_completes_a_name(page):
    new_cell(page, "Tensor::ra")
    page.keyboard.press("Tab")
    menu = page.locator(".jp-Completer")
    expect(menu).to_contain_text("rand", timeout=MINUTE)
    shot(page, "completion")
    page.keyboard.press("Escape")


def test_an_interrupted_loop_keeps_the_variables(page):
    kept = run_cell(page, "let kept = 41;")
    expect(kept.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=MINUTE)
    cell = run_cell(page, "for i in progress(0..1_000_000_000u64) { std::hint::black_box(i); "
                          "std::thread::sleep(std::time::Duration::from_millis(1)); }")
    expect(cell.locator(".jp-OutputArea-output").first).to_be_attached(timeout=MINUTE)
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    page.keyboard.press("i")
    expect(cell).to_contain_text("Interrupted", timeout=MINUTE)
    answer = run_cell(page, "kept + 1")
    expect(answer.locator(".jp-OutputArea-output")).to_contain_text("42", timeout=MINUTE)
    shot(page, "interrupted")


SLIDER = """let a = FloatSlider::new("a", 0.0..=2.0).at(1.0);
interact(a.clone(), |a| { println!("a is {a:.2}"); line_chart("slope", &[0.0, 1.0], &[0.0, a]) });"""


def test_a_moving_slider_redraws_a_plot(page):
    cell = run_cell(page, SLIDER)
    output = cell.locator(".jp-OutputArea-output")
    expect(output.first).to_contain_text("a is 1.00", timeout=MINUTE)
    page.keyboard.press("Escape")
    handle = cell.locator(".noUi-handle")
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(output.first).to_contain_text("a is 1.20", timeout=MINUTE)
    expect(cell.locator("img[src^='data:image/svg'], .widget-output svg").first).to_be_attached()
    # The value has reached the cell's own variable.
    answer = run_cell(page, "(a.value() * 100.0).round()")
    expect(answer.locator(".jp-OutputArea-output")).to_contain_text("120", timeout=MINUTE)
    cell.scroll_into_view_if_needed()
    shot(page, "slider")


def test_the_saved_notebook_keeps_the_sliders_state(page, server):
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Save Widget State Automatically").click()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_text("Save Notebook", exact=True).first.click()

    notebook = {}

    def saved():
        with urllib.request.urlopen(server + "/api/contents/16-cnn-mnist/lab.ipynb") as answer:
            notebook.update(json.load(answer)["content"])
        widgets = notebook["metadata"].get("widgets", {})
        widgets = widgets.get("application/vnd.jupyter.widget-state+json", {})
        return [it["state"] for it in widgets.get("state", {}).values()]

    deadline = time.monotonic() + 60
    while not any(state.get("value") == 1.2 for state in saved()):
        assert time.monotonic() < deadline, saved()
        time.sleep(0.5)
    # The last picture is there, too, for a viewer without a kernel.
    outputs = [output for state in saved() for output in state.get("outputs", [])]
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
    # It is among the cell's outputs as well, for one that knows no widgets.
    cell = next(it for it in notebook["cells"] if "".join(it["source"]) == SLIDER)
    pictures = [it["data"] for it in cell["outputs"] if "image/svg+xml" in it.get("data", {})]
    assert len(pictures) == 1 and "a is 1.20" in "".join(pictures[0]["text/plain"])


def test_an_animation_plays(page):
    cell = run_cell(page, "animation((1..=3).map(|n| Bundle::text(format!(\"frame {n}\"))))")
    output = cell.locator(".jp-OutputArea-output")
    expect(output.locator("figure:visible")).to_contain_text("frame 1", timeout=MINUTE)
    output.locator("input[type=range]").fill("2")
    expect(output.locator("figure:visible")).to_contain_text("frame 3")
    output.locator("button").click()
    expect(output.locator("figure:visible")).to_contain_text("frame 2", timeout=MINUTE)
    shot(page, "animation")


def test_the_debuggers_panel_lists_the_variables(page):
    run_cell(page, "let weights = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;")
    page.locator(".jp-DebuggerBugButton").click()
    panel = page.locator(".jp-DebuggerVariables")
    expect(panel).to_contain_text("weights", timeout=MINUTE)
    expect(panel).to_contain_text("2, 3")
    shot(page, "variables")
    page.locator(".jp-DebuggerBugButton").click()
