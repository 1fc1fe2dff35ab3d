"""What a kernel must survive: killed processes, interrupts, floods, broken surroundings.

The kernel under test is named by CANDLELAB_TEST_KERNEL.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress

import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import Session
from test_kernel import KERNEL, printed, run

MINUTE = 60
MIB = 2**20


@contextmanager
def new_kernel(**options):
    manager, client = start_new_kernel(kernel_name=KERNEL, **options)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


@pytest.fixture(scope="module")
def kernel():
    with new_kernel() as running:
        yield running


@pytest.fixture
def client(kernel):
    return kernel[1]


def process(manager):
    return psutil.Process(manager.provisioner.process.pid)


def worker(manager):
    """The one process that the kernel keeps between cells."""
    wait_until(lambda: len(process(manager).children()) == 1, "the kernel keeps one child")
    return process(manager).children()[0]


def below(process, name):
    """The processes below one whose names begin so."""
    found = []
    for child in process.children(recursive=True):
        # Compilers come and go meanwhile.
        with suppress(psutil.NoSuchProcess):
            found += [child] if child.name().startswith(name) else []
    return found


def wait_until(condition, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def sessions(process):
    """The temporary folders of a kernel."""
    return list(pathlib.Path(tempfile.gettempdir()).glob(f"candlelab-session-{process.pid}-*"))


def texts(shown, name="stdout"):
    return "".join(it["text"] for kind, it in shown if kind == "stream" and it["name"] == name)


def control(client, kind, content=None):
    """Sends a request on the control channel; gives the content of the reply to it."""
    message = client.session.msg(kind, content or {})
    client.control_channel.send(message)
    deadline = time.monotonic() + MINUTE
    while time.monotonic() < deadline:
        reply = client.get_control_msg(timeout=MINUTE)
        if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
            return reply["content"]
    raise TimeoutError(kind)


def shell_reply(client, request):
    while True:
        reply = client.get_shell_msg(timeout=MINUTE)
        if reply["parent_header"].get("msg_id") == request:
            return reply["content"]


def wait_for(client, kind, request):
    """Waits for the first output of a kind that belongs to a request."""
    while True:
        message = client.get_iopub_msg(timeout=MINUTE)
        if (message["msg_type"], message["parent_header"].get("msg_id")) == (kind, request):
            return


def once_it_prints(action):
    """Does something, once, as soon as the running cell has written a line."""
    done = []

    def hook(message):
        if message["msg_type"] == "stream" and not done:
            done.append(True)
            action()

    return hook


def run_until_printed(client, code, action):
    """Runs a cell and does something when it has written its first line; gives its reply."""
    hook = once_it_prints(action)
    return client.execute_interactive(code, output_hook=hook, timeout=MINUTE)["content"]


# Killed processes


def test_a_worker_killed_between_cells_is_replaced(kernel):
    manager, client = kernel
    assert printed(client, "let lost = 1; fn twice(x: i32) -> i32 { 2 * x }") == ""
    worker(manager).kill()
    worker_gone = lambda: all(it.status() == "zombie" for it in process(manager).children())
    wait_until(worker_gone, "the worker is gone")
    shown, reply = run(client, 'println!("{}", twice(21))')
    assert (reply["status"], texts(shown)) == ("ok", "42\n")
    assert "`lost`" in texts(shown, "stderr")
    assert run(client, "lost")[1]["ename"] == "E0425"


ENDLESS = 'println!("started"); loop { std::thread::sleep(std::time::Duration::from_millis(5)); }'


def test_a_worker_killed_during_a_cell_is_an_error(kernel):
    manager, client = kernel
    assert printed(client, "let lost = 1;") == ""
    reply = run_until_printed(client, ENDLESS, lambda: worker(manager).kill())
    assert (reply["status"], reply["ename"]) == ("error", "Killed")
    assert "lost" in "\n".join(reply["traceback"])
    assert printed(client, 'print!("{}", 1 + 1)') == "2"


DEATHS = {
    "SegmentationFault": "unsafe { (8 as *mut u64).write_volatile(1) };",
    "StackOverflow": "fn down(n: u64) -> u64 { if n == 0 { 0 } else { 1 + down(n + 1) } }\ndown(1)",
    "Abort": "std::process::abort();",
    "OutOfMemory": "let all: Vec<u8> = Vec::with_capacity(1 << 50);",
    "Exit": "std::process::exit(3);",
}


@pytest.mark.parametrize("ename", DEATHS)
def test_a_death_is_one_error_that_names_what_is_lost(client, ename):
    assert printed(client, "use std::collections::HashMap; fn seven() -> i32 { 7 }") == ""
    assert keeps(client)
    shown, reply = run(client, DEATHS[ename])
    assert (reply["status"], reply["ename"]) == ("error", ename)
    assert [kind for kind, _ in shown if kind == "error"] == ["error"]
    assert "lost: `kept`" in "\n".join(reply["traceback"])
    new = "let map: HashMap<i32, i32> = HashMap::new();"
    assert printed(client, f'{new} print!("{{}}", seven() + map.len() as i32)') == "7"
    _, reply = run(client, "kept")
    assert reply["ename"] == "E0425"
    assert "`kept` was lost when the process of" in "\n".join(reply["traceback"])


PARENT = """
import sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1])
client.execute_interactive("1", output_hook=lambda _: None)
print(manager.provisioner.process.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_parent_leaves_no_process():
    parent = [sys.executable, "-c", PARENT, KERNEL]
    with subprocess.Popen(parent, stdout=subprocess.PIPE, text=True) as helper:
        main = psutil.Process(int(helper.stdout.readline()))
        family = [main, *main.children(recursive=True)]
        assert len(family) == 2
        helper.kill()
    _, alive = psutil.wait_procs(family, timeout=3)
    assert not alive
    assert not sessions(main)


def test_twenty_restarts_leave_nothing():
    with new_kernel() as (manager, client):
        ports = listening(process(manager))
        gone = []
        for number in range(20):
            gone += [process(manager), *process(manager).children(recursive=True)]
            manager.restart_kernel(now=number % 2 == 0)
            client.wait_for_ready(timeout=MINUTE)
        assert printed(client, 'print!("alive")') == "alive"
        assert not psutil.wait_procs(gone, timeout=3)[1]
        worker(manager)
        assert listening(process(manager)) == ports
        assert not [it for it in gone if sessions(it)], "folders of kernels that are gone"


def listening(process):
    return sum(it.status == "LISTEN" for it in process.net_connections())


def test_two_kernels_share_nothing(kernel):
    _, first = kernel
    with new_kernel() as (_, second):
        assert printed(first, "let mine = 1;") == printed(second, "let mine = 2;") == ""
        requests = [it.execute('println!("{mine}");') for it in (first, second)]
        replies = [shell_reply(first, requests[0]), shell_reply(second, requests[1])]
        assert [it["status"] for it in replies] == ["ok", "ok"]
        assert printed(first, 'print!("{mine}")') == "1"
        assert printed(second, 'print!("{mine}")') == "2"


# Surroundings


def test_a_home_that_cannot_be_written_costs_only_the_history(tmp_path):
    home = tmp_path / "home"
    home.write_text("a file where the home should be: not even root can write below it")
    folders = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"]
    environment = {key: value for key, value in os.environ.items() if key != "CANDLELAB_HISTORY"}
    environment |= dict.fromkeys(folders, str(home))
    environment["CANDLELAB_STORE"] = os.environ.get("CANDLELAB_STORE", STORE)
    environment["RUSTUP_HOME"] = os.environ.get("RUSTUP_HOME", str(HOME / ".rustup"))
    environment["CARGO_HOME"] = os.environ.get("CARGO_HOME", str(HOME / ".cargo"))
    with new_kernel(env=environment) as (_, client):
        assert printed(client, 'print!("{}", 6 * 7)') == "42"
        request = client.history(hist_access_type="tail", n=1)
        assert shell_reply(client, request)["status"] == "ok"


HOME = pathlib.Path.home()
CACHE = os.environ.get("XDG_CACHE_HOME", str(HOME / ".cache"))
STORE = str(pathlib.Path(CACHE) / "candlelab")


CLOSE = """
mod c { unsafe extern "C" { pub fn close(fd: i32) -> i32; } }
unsafe { c::close(0); c::close(1); c::close(2); }
println!("never seen");
"""


def test_closed_standard_files_are_open_again_in_the_next_cell(client):
    run(client, CLOSE)
    shown, reply = run(client, 'println!("out"); eprintln!("err");')
    assert (reply["status"], texts(shown), texts(shown, "stderr")) == ("ok", "out\n", "err\n")


# Interrupts


def after(seconds, action):
    threading.Timer(seconds, action).start()


def is_interrupted(reply):
    return (reply["status"], reply.get("ename")) == ("error", "Interrupted")


def keeps(client, value="vec![20, 21]"):
    return printed(client, f"let kept = {value};") == ""


def kept(client):
    return printed(client, 'print!("{kept:?}")') == "[20, 21]"


def test_an_interrupt_while_the_engine_starts():
    with new_kernel() as (manager, client):
        request = client.execute('println!("too early");')
        wait_for(client, "status", request)
        manager.interrupt_kernel()
        assert is_interrupted(shell_reply(client, request))
        assert printed(client, 'print!("alive")') == "alive"


CHECKING = """
println!("started");
loop { check_interrupt(); std::thread::sleep(std::time::Duration::from_millis(1)); }
"""


def test_an_interrupt_ends_the_running_cell_and_those_behind_it(kernel):
    manager, client = kernel
    assert keeps(client)
    requests = [client.execute(it) for it in (CHECKING, 'println!("1");', 'println!("2");')]
    after(1, manager.interrupt_kernel)
    replies = [shell_reply(client, it) for it in requests]
    assert is_interrupted(replies[0])
    assert [it["status"] for it in replies[1:]] == ["aborted", "aborted"]
    assert kept(client)


def test_an_interrupt_ends_the_compiler(kernel):
    manager, client = kernel
    assert keeps(client)
    long = "\n".join(f'println!("{{}}", kept.len() + {i});' for i in range(6_000))
    start = time.monotonic()
    after(1, manager.interrupt_kernel)
    shown, reply = run(client, long)
    assert is_interrupted(reply) and shown[0][0] == "error"
    assert time.monotonic() - start < 5
    assert kept(client)


def test_a_cell_that_never_checks_is_killed_and_names_what_is_lost(kernel):
    manager, client = kernel
    assert keeps(client)
    start = time.monotonic()
    reply = run_until_printed(client, ENDLESS, manager.interrupt_kernel)
    assert is_interrupted(reply)
    assert "`kept`" in "\n".join(reply["traceback"])
    assert time.monotonic() - start < 8
    assert printed(client, 'print!("alive")') == "alive"


def test_an_interrupt_ends_a_question(kernel):
    manager, client = kernel
    assert keeps(client)
    code = "let mut line = String::new(); std::io::stdin().read_line(&mut line)?;"
    ask = lambda _: after(0.2, manager.interrupt_kernel)
    _, reply = run(client, code, allow_stdin=True, stdin_hook=ask)
    assert reply["status"] in ("ok", "error")
    assert kept(client)


# Queues


def test_an_error_aborts_what_is_queued_and_nothing_later(client):
    codes = ["(); "] * 25 + ['panic!("boom")'] + ["(); "] * 24
    requests = [client.execute(it, store_history=False) for it in codes]
    statuses = [shell_reply(client, it)["status"] for it in requests]
    assert statuses == ["ok"] * 25 + ["error"] + ["aborted"] * 24
    assert printed(client, 'print!("later")') == "later"


# Floods and odd bytes


FLOOD = 'let line = "0123456789abcde\\n".repeat(4096); for _ in 0..3200 { print!("{line}"); }'


def test_a_client_that_stops_reading_does_not_fill_the_memory():
    with new_kernel() as (manager, client):
        assert printed(client, "let before = 1;") == ""
        main = process(manager)
        start = most = main.memory_info().rss
        request = client.execute(FLOOD)
        latencies = []
        while not client.shell_channel.msg_ready():
            asked = time.monotonic()
            assert control(client, "kernel_info_request")["status"] == "ok"
            latencies.append(time.monotonic() - asked)
            most = max(most, main.memory_info().rss)
            time.sleep(0.02)
        assert shell_reply(client, request)["status"] == "ok"
        grown = (most - start) / MIB
        print(f"200 MB unread: {grown:.0f} MiB more, kernel_info in {max(latencies):.3f} s")
        assert max(latencies) < 1
        assert grown < 200
        with another_client(manager) as fresh:
            assert printed(fresh, 'print!("{before}")') == "1"


@contextmanager
def another_client(manager):
    client = BlockingKernelClient()
    client.load_connection_info(manager.get_connection_info())
    client.session = Session(key=manager.session.key)
    client.start_channels()
    client.wait_for_ready(timeout=MINUTE)
    yield client
    client.stop_channels()


def test_a_huge_value_is_shown(client):
    text = printed(client, 'print!("{}", "x".repeat(20_000_000));')
    assert len(text) == 20_000_000
    assert printed(client, 'print!("alive")') == "alive"


def test_bytes_that_are_no_text(client):
    write = "use std::io::Write; let mut out = std::io::stdout();"
    assert printed(client, f'{write} out.write_all(b"a\\xff\\xfeb\\n")?;') == "a\ufffd\ufffdb\n"
    pause = "std::thread::sleep(std::time::Duration::from_millis(200));"
    halves = f'out.write_all(b"\\xe2\\x82")?; out.flush()?; {pause} out.write_all(b"\\xac")?;'
    assert printed(client, f"{write} {halves}") == "€"


# Output of others


def late(client, code):
    """What arrives after a cell's end, and the request it belongs to."""
    reply = client.execute_interactive(code, output_hook=lambda _: None, timeout=MINUTE)
    message = client.get_iopub_msg(timeout=10)
    assert message["msg_type"] == "stream", message
    assert message["parent_header"]["msg_id"] == reply["parent_header"]["msg_id"]
    return message["content"]["text"]


def test_a_thread_prints_after_its_cell(client):
    wait = "std::thread::sleep(std::time::Duration::from_millis(400));"
    assert late(client, f'std::thread::spawn(|| {{ {wait} println!("late"); }});') == "late\n"


def test_children_print_during_and_after_their_cell(client):
    shell = 'std::process::Command::new("sh").arg("-c")'
    shown, reply = run(client, f'{shell}.arg("echo out; echo err >&2").status()?;')
    assert reply["status"] == "ok"
    assert (texts(shown), texts(shown, "stderr")) == ("out\n", "err\n")
    assert late(client, f'{shell}.arg("sleep 0.4; echo late").spawn()?;') == "late\n"


# Questions while a cell runs


def test_questions_are_answered_while_a_cell_runs(kernel):
    manager, client = kernel
    assert printed(client, "let zebra_crossing = vec![1];") == ""
    busy = client.execute(CHECKING)
    wait_for(client, "stream", busy)
    questions = {
        "kernel_info": client.kernel_info,
        "complete": lambda: client.complete("zebra_cr", 8),
        "inspect": lambda: client.inspect("String", 3),
        "is_complete": lambda: client.is_complete("fn f("),
    }
    seconds = {}
    for name, ask in questions.items():
        start = time.monotonic()
        assert shell_reply(client, ask())["status"] in ("ok", "incomplete"), name
        seconds[name] = time.monotonic() - start
    start = time.monotonic()
    control(client, "kernel_info_request")
    seconds["control"] = time.monotonic() - start
    print({name: round(value, 3) for name, value in seconds.items()})
    manager.interrupt_kernel()
    assert is_interrupted(shell_reply(client, busy))
    assert max(seconds.values()) < 1, seconds


def test_a_subshell_answers_beside_a_running_cell(kernel):
    manager, client = kernel
    subshell = control(client, "create_subshell_request")["subshell_id"]
    busy = client.execute(CHECKING)
    wait_for(client, "stream", busy)
    question = client.session.msg("kernel_info_request", {})
    question["header"]["subshell_id"] = subshell
    client.shell_channel.send(question)
    assert shell_reply(client, question["header"]["msg_id"])["status"] == "ok"
    cell = client.session.msg("execute_request", {"code": "let side = 7;", "silent": False})
    cell["header"]["subshell_id"] = subshell
    client.shell_channel.send(cell)
    manager.interrupt_kernel()
    assert is_interrupted(shell_reply(client, busy))
    assert shell_reply(client, cell["header"]["msg_id"])["status"] == "ok"
    assert printed(client, 'print!("{side}")') == "7"
    assert control(client, "delete_subshell_request", {"subshell_id": subshell})["status"] == "ok"


def test_the_variables_panel_shows_a_tensors_shape(client):
    assert printed(client, "let grid = Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?;") == ""
    request = {"type": "request", "seq": 1, "command": "inspectVariables", "arguments": {}}
    reply = control(client, "debug_request", request)
    values = {it["name"]: (it["type"], it["value"]) for it in reply["body"]["variables"]}
    kind, value = values["grid"]
    assert kind == "Tensor (2, 3)" and value.startswith("(2, 3) f32 cpu")


@pytest.mark.parametrize("pause", [0, 0.01, 0.05, 0.1, 0.15, 0.2])
def test_an_interrupt_is_never_lost(kernel, pause):
    manager, client = kernel
    assert keeps(client)
    request = client.execute(f"{CHECKING} // {pause}")
    wait_for(client, "execute_input", request)
    time.sleep(pause)
    manager.interrupt_kernel()
    assert is_interrupted(shell_reply(client, request))
    assert kept(client)


def test_an_interrupt_ends_a_shell_command_and_keeps_the_variables(kernel):
    manager, client = kernel
    assert keeps(client)
    after(1, manager.interrupt_kernel)
    shown, reply = run(client, "!sleep 30")
    assert is_interrupted(reply)
    assert kept(client)


@pytest.mark.parametrize("around", ["()", "{}"])
def test_a_cell_nested_too_deeply_is_an_error(client, around):
    opening, closing = around
    shown, reply = run(client, opening * 3000 + "1" + closing * 3000)
    assert reply["status"] == "error"
    assert printed(client, 'print!("alive")') == "alive"


def test_is_complete_is_answered_while_the_engine_starts():
    with new_kernel() as (_, client):
        cell = client.execute("1")
        # jupyter_console gives up after one second, and the cell must wait for the engine.
        assert shell_reply(client, client.is_complete("1 + 1"))["status"] == "complete"
        assert shell_reply(client, cell)["status"] == "ok"


SLOW_BUILD = """
fn main() {
    std::thread::sleep(std::time::Duration::from_secs(600));
}
"""


def test_an_interrupt_ends_the_build_of_a_crate(kernel, tmp_path):
    manager, client = kernel
    assert keeps(client)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib.rs").write_text("pub fn one() -> i32 { 1 }")
    (tmp_path / "build.rs").write_text(SLOW_BUILD)
    package = '[package]\nname = "slow"\nversion = "0.1.0"\nedition = "2021"\n'
    (tmp_path / "Cargo.toml").write_text(package)
    request = client.execute(f'%dep slow = {{ path = "{tmp_path}" }}\nslow::one()')
    builds = lambda: below(process(manager), "build-script")
    wait_until(builds, "the crate is being built", 60)
    building = builds()
    manager.interrupt_kernel()
    assert is_interrupted(shell_reply(client, request))
    assert not psutil.wait_procs(building, timeout=3)[1]
    assert kept(client)


def test_an_interrupted_cell_keeps_what_it_defines_anew(kernel):
    manager, client = kernel
    assert keeps(client)
    loop = 'println!("started"); loop { check_interrupt(); }'
    code = f"let kept: Vec<i32> = {{ let first = kept[0]; {loop} }};"
    reply = run_until_printed(client, code, manager.interrupt_kernel)
    assert is_interrupted(reply)
    assert "are kept" in "\n".join(reply["traceback"])
    assert kept(client)
