"""`jupyter console`, driven through a terminal of its own."""

import os
import re
import sys

import pexpect
import pytest

CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
INTERRUPT = "\x03"
END_OF_FILE = "\x04"


class Terminal(pexpect.spawn):
    """A program's terminal without its colours and movements."""

    def read_nonblocking(self, *arguments, **options):
        return CODES.sub("", super().read_nonblocking(*arguments, **options))


@pytest.fixture
def console(tmp_path):
    environment = os.environ | {
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    arguments = ["-m", "jupyter_console", "--kernel", "candlelab"]
    options = {"env": environment, "encoding": "utf-8", "dimensions": (40, 120), "timeout": 60}
    terminal = Terminal(sys.executable, arguments, **options)
    terminal.expect(r"In \[1\]:")
    yield terminal
    terminal.close(force=True)


def enter(console, line, expected):
    console.send(line + "\r")
    console.expect(expected)


def test_a_session_in_the_console(console):
    enter(console, "1 + 1", r"Out\[1\]: 2")
    console.expect(r"In \[2\]:")
    enter(console, 'let x: i32 = "a";', "mismatched types")
    console.expect(r"In \[3\]:")
    enter(console, "let zebra_crossing = 5;", r"In \[4\]:")
    console.send("zebra_cr\t")
    console.expect("zebra_crossing")
    enter(console, "", r"Out\[4\]: 5")
    console.expect(r"In \[5\]:")
    enter(console, "fn next(x: i32) -> i32 {", r"\.\.\.:")
    enter(console, "x + 1\r}\r", r"In \[6\]:")
    enter(console, 'println!("started"); loop { check_interrupt(); }', "started\r\n")
    console.send(INTERRUPT)
    console.expect("Interrupted")
    console.expect(r"In \[7\]:")
    enter(console, "next(zebra_crossing)", r"Out\[7\]: 6")
    console.expect(r"In \[8\]:")
    ask = "let mut line = String::new(); std::io::stdin().read_line(&mut line)?;"
    console.send(f'{ask} println!("<{{}}>", line.trim());\r')
    enter(console, "Ada", "<Ada>")
    console.expect(r"In \[9\]:")
    console.send(END_OF_FILE)
    enter(console, "y", pexpect.EOF)
    console.close()
    assert console.exitstatus == 0
