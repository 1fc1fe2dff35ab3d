"""The other front ends that show notebooks, and the panels beside them."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright
from test_jupyterlab import FLAGS, MINUTE, choose_kernel, kernel_is, run_cell, server, shot

__all__ = ["server"]


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def open_notebook(browser, address):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=2 * MINUTE)
    choose_kernel(page)
    kernel_is(page, "idle")
    return page


def test_notebook_7_shows_values_and_errors(server, browser):
    page = open_notebook(browser, f"{server}/notebooks/03-gradient-descent/lab.ipynb")
    cell = run_cell(page, "6 * 7")
    expect(cell.locator(".jp-OutputArea-output")).to_contain_text("42", timeout=MINUTE)
    cell = run_cell(page, 'let x: i32 = "a";')
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text("expected `i32`, found `&str`", timeout=MINUTE)
    shot(page, "notebook-7")
    page.close()


def test_the_kernel_usage_panel_shows_memory(server, browser):
    page = open_notebook(browser, f"{server}/lab/tree/03-gradient-descent/lab.ipynb")
    page.locator(".jp-SideBar li[data-id='kernelusage-panel-id']").click()
    expect(page.locator("#jp-right-stack")).to_contain_text("Memory: ", timeout=MINUTE)
    shot(page, "kernel-usage")
    page.close()
