"""The Rust kernel as Jupyter's own clients see it.

The kernel under test is named by CANDLELAB_TEST_KERNEL.
"""

import os
import socket
import subprocess
import sys
import time

import jupyter_kernel_test
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

KERNEL = os.environ.get("CANDLELAB_TEST_KERNEL", "candlelab")


class RustKernelTests(jupyter_kernel_test.KernelTests):
    """All twelve tests of jupyter_kernel_test; an attribute left out would skip one."""

    kernel_name = KERNEL
    language_name = "rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world")'
    code_stderr = 'eprintln!("to stderr")'
    completion_samples = [
        {"text": "let zebra_crossing = 1; zebra_c", "matches": {"zebra_crossing"}},
        {"text": 'println!("é👩‍🚀"); let zebra_crossing = 1; zebra_c', "matches": {"zebra_crossing"}},
    ]
    complete_code_samples = ["1", "let x = 1;", "fn double(x: i32) -> i32 {\n    2 * x\n}"]
    incomplete_code_samples = ["fn foo(", "let x = ", '"abc', "/* ", "match x {"]
    invalid_code_samples = ["fn fn", "let = ;", ")"]
    code_page_something = "%help"
    code_generate_error = 'panic!("boom")'
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "vec![1, 2]", "result": "[1, 2]"},
        {"code": '"text"', "mime": "text/plain"},
        {"code": "Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": 'candlelab::display::html("<b>x</b>");', "mime": "text/html"},
        {"code": 'candlelab::display::markdown("**x**");', "mime": "text/markdown"},
        {"code": 'candlelab::display::latex("$x^2$");', "mime": "text/latex"},
        {"code": 'candlelab::display::svg("<svg/>");', "mime": "image/svg+xml"},
        {"code": 'candlelab::display::png(b"\\x89PNG");', "mime": "image/png"},
        {"code": 'candlelab::display::json(&"[1]".parse().unwrap());', "mime": "application/json"},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1?2*"
    code_inspect_sample = "String"
    code_clear_output = "candlelab::display::clear(false);"


class CompileErrorTests(jupyter_kernel_test.KernelTests):
    """A cell that does not compile fails like one that panics: with one error and nothing else."""

    kernel_name = KERNEL
    code_generate_error = 'let x: i32 = "a";'


for name in dir(jupyter_kernel_test.KernelTests):
    if name.startswith("test_") and name != "test_error":
        setattr(CompileErrorTests, name, None)


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name=KERNEL)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel()


@pytest.fixture
def client(kernel):
    return kernel[1]


def run(client, code, **options):
    """Runs a cell; gives what it showed, as pairs of type and content, and its reply."""
    shown = []

    def keep(message):
        if message["msg_type"] not in ("status", "execute_input"):
            shown.append((message["msg_type"], message["content"]))

    reply = client.execute_interactive(code, output_hook=keep, timeout=60, **options)
    return shown, reply["content"]


def printed(client, code, **options):
    """Runs a cell that must succeed; gives what it wrote to stdout."""
    shown, reply = run(client, code, **options)
    assert reply["status"] == "ok", reply
    assert {name for name, _ in shown} <= {"stream"}, shown
    return "".join(content["text"] for _, content in shown if content["name"] == "stdout")


READ_LINE = """
let mut line = String::new();
std::io::stdin().read_line(&mut line)?;
println!("hello {}", line.trim());
"""


def test_stdin_asks_the_user(client):
    prompts = []

    def answer(message):
        prompts.append(message["content"])
        client.input("Ada")

    text = printed(client, READ_LINE, allow_stdin=True, stdin_hook=answer)
    assert text == "hello Ada\n"
    assert len(prompts) == 1 and not prompts[0]["password"]


def test_stdin_without_a_keyboard_ends(client):
    shown, reply = run(client, READ_LINE, allow_stdin=False)
    assert reply["status"] in ("ok", "error")
    assert printed(client, 'print!("alive")') == "alive"


LOOP = """
println!("started");
for _ in candlelab::progress(0..1_000_000) {
    std::thread::sleep(std::time::Duration::from_millis(10));
}
"""


def test_an_interrupt_keeps_the_variables(kernel):
    manager, client = kernel
    assert printed(client, "let kept = vec![20, 21];") == ""
    interrupted = []

    def interrupt(message):
        if message["msg_type"] == "stream" and not interrupted:
            interrupted.append(True)
            manager.interrupt_kernel()

    start = time.monotonic()
    reply = client.execute_interactive(LOOP, output_hook=interrupt, timeout=60)["content"]
    assert (reply["status"], reply["ename"]) == ("error", "Interrupted")
    assert time.monotonic() - start < 10
    assert printed(client, 'println!("{}", kept[0] + kept[1])') == "41\n"


def test_a_hundred_thousand_lines_arrive_in_few_messages(client):
    shown, reply = run(client, 'for i in 0..100_000 { println!("{i}"); }')
    assert reply["status"] == "ok"
    text = "".join(content["text"] for name, content in shown if name == "stream")
    assert text == "".join(f"{i}\n" for i in range(100_000))
    assert len(shown) <= 500


MARKERS = [
    "EVCXR_EXECUTION_COMPLETE",
    "EVCXR_PANIC_NOTIFICATION",
    "EVCXR_BEGIN_CONTENT text/html",
    "EVCXR_END_CONTENT",
    "EVCXR_VARIABLE_CHANGED_TYPE: x",
    "EVCXR_FLUSH_OUTPUT",
]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_is_a_plain_line(client, marker):
    text = printed(client, f'println!("before"); println!("{marker}"); println!("after");')
    assert text == f"before\n{marker}\nafter\n"
    shown, _ = run(client, "2 + 2")
    assert [content["data"]["text/plain"] for _, content in shown] == ["4"]


ORDER = """
print!("a");
eprint!("b");
candlelab::display::html("c");
print!("d\\r");
eprintln!("e");
"""


def test_outputs_keep_their_order(client):
    shown, reply = run(client, ORDER)
    assert reply["status"] == "ok"
    flat = [(content.get("name", kind), content.get("text", "c")) for kind, content in shown]
    expected = [("stdout", "a"), ("stderr", "b"), ("display_data", "c"), ("stdout", "d\r")]
    assert flat == [*expected, ("stderr", "e\n")]


def test_partial_lines_belong_to_their_cell(client):
    assert printed(client, 'print!("no newline")') == "no newline"
    assert printed(client, "") == ""


FAILURES = {
    "panic": ('panic!("boom")', "Panic", "boom"),
    "assert": ("assert_eq!(1 + 1, 3);", "Panic", "assertion"),
    "question mark": ('"x".parse::<i32>()?;', None, "invalid digit"),
    "compiler": ('let wrong: i32 = "a";', "E0308", "mismatched types"),
}


@pytest.mark.parametrize("code, ename, text", FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_one_error(client, code, ename, text):
    assert printed(client, "let before = 7;") == ""
    shown, reply = run(client, code)
    assert reply["status"] == "error"
    assert [name for name, _ in shown] == ["error"]
    error = {key: reply[key] for key in ("ename", "evalue", "traceback")}
    assert shown[0][1] == error
    assert ename in (None, reply["ename"]) and text in reply["evalue"], error
    assert printed(client, 'print!("{before}")') == "7"


def test_cells_count_from_one_and_expressions_have_values():
    manager, client = start_new_kernel(kernel_name=KERNEL)
    try:
        _, reply = run(client, "let x = 20;", user_expressions={"sum": "x + 1", "bad": "y"})
        assert reply["execution_count"] == 1
        assert reply["user_expressions"]["sum"]["data"]["text/plain"] == "21"
        assert reply["user_expressions"]["bad"]["status"] == "error"
        _, reply = run(client, "x", silent=True)
        _, reply = run(client, "x")
        assert reply["execution_count"] == 2
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def run_notebook(*sources):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name=KERNEL, timeout=60).execute()
    return [cell["outputs"] for cell in notebook["cells"]]


def test_nbclient_runs_a_notebook():
    outputs = run_notebook("let x = 6;", "x * 7", 'println!("done");')
    assert outputs[0] == []
    assert outputs[1][0]["data"]["text/plain"] == "42"
    assert outputs[2][0]["text"] == "done\n"


def test_nbclient_notices_a_failed_assertion():
    with pytest.raises(CellExecutionError, match="assertion"):
        run_notebook("let x = 6;", "assert_eq!(x, 7);", 'println!("never");')


PARENT = """
import os, sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1])
print(manager.hb_port, flush=True)
os._exit(0)
"""


def test_the_kernel_ends_with_its_parent():
    parent = [sys.executable, "-c", PARENT, KERNEL]
    port = int(subprocess.run(parent, capture_output=True, text=True, check=True).stdout)
    deadline = time.monotonic() + 10
    while is_open(port):
        assert time.monotonic() < deadline, "the kernel outlives the process that started it"
        time.sleep(0.1)


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def page(reply):
    """The text that a cell's reply opens in the pager."""
    (payload,) = reply["payload"]
    assert payload["source"] == "page"
    return payload["data"]["text/plain"]


def test_questions_are_answered_in_the_pager(client):
    assert "normal" in page(run(client, "?Tensor::randn\n\n// more lines\nlet x = 1;")[1])
    assert printed(client, 'print!("{x}")') == "1"
    assert "normal" in page(run(client, "Tensor::randn?")[1])
    assert run(client, 'let wrong: i32 = "a";')[1]["ename"] == "E0308"
    assert "type did not match" in page(run(client, "%explain")[1])
    assert "moved" in page(run(client, "%explain E0382")[1])


def test_what_completion_offers_is_documented(client):
    code = "Tensor::arang"
    offered = client.complete(code, len(code), reply=True, timeout=20)["content"]
    assert "arange" in offered["matches"]
    found = client.inspect("Tensor::arange", 10, reply=True, timeout=20)["content"]
    assert found["found"] and "range" in found["data"]["text/plain"]


SLIDER = """
let slider = IntSlider::new("n", 1..=9);
slider.on_change(|n| println!("moved to {n}"));
slider
"""


def comms(client):
    request = client.session.msg("comm_info_request", {})
    client.shell_channel.send(request)
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
            return reply["content"]["comms"]


def show_slider(client, code=SLIDER):
    """Runs a cell that shows a slider; gives the slider's comm, and all that the cell opened."""
    slider, opened, _ = show_widgets(client, code)
    return slider, set(opened)


def show_widgets(client, code):
    """The same, with the state of all that was opened and the data of all that was displayed."""
    shown, reply = run(client, code)
    assert reply["status"] == "ok", reply
    opened = {it["comm_id"]: it["data"]["state"] for kind, it in shown if kind == "comm_open"}
    is_slider = lambda comm: opened[comm]["_model_name"] == "IntSliderModel"
    displayed = [content for kind, content in shown if kind == "display_data"]
    return next(filter(is_slider, opened)), opened, displayed


def move(client, slider, value):
    """Moves a slider, as its view does; gives the request."""
    content = {"comm_id": slider, "data": {"method": "update", "state": {"value": value}}}
    message = client.session.msg("comm_msg", content)
    client.shell_channel.send(message)
    return message["header"]["msg_id"]


def written(client, request):
    """The next text that belongs to a request."""
    return told(client, "stream", request)["text"]


def told(client, kind, request):
    """The next output of a kind that belongs to a request."""
    while True:
        message = client.get_iopub_msg(timeout=20)
        if message["msg_type"] == kind and message["parent_header"]["msg_id"] == request:
            return message["content"]


def closed(shown):
    return {content["comm_id"] for kind, content in shown if kind == "comm_close"}


@pytest.mark.parametrize("end", ["std::process::exit(3)", "%reset"])
def test_widgets_answer_until_their_process_ends(client, end):
    slider, opened = show_slider(client)
    assert opened <= set(comms(client))
    assert written(client, move(client, slider, 7)) == "moved to 7\n"
    shown, _ = run(client, end)
    assert opened <= closed(shown)
    assert comms(client) == {}


INTERACT = 'interact(IntSlider::new("n", 0..=9), |n| Bundle::text(format!("n is {n}")))'


def test_without_widgets_the_last_picture_stands(client):
    slider, models, (*_, column, picture) = show_widgets(client, INTERACT)
    assert column["data"]["text/plain"] == "[controls: n]"
    assert picture["data"]["text/plain"] == "n is 0"
    update = told(client, "update_display_data", move(client, slider, 7))
    assert update["transient"] == picture["transient"]
    assert update["data"]["text/plain"] == "n is 7"
    # A front end with widgets shows one that is empty in its place, before and after.
    view = "application/vnd.jupyter.widget-view+json"
    assert update["data"][view] == picture["data"][view]
    assert models[picture["data"][view]["model_id"]]["children"] == []


ENDLESS_CALLBACK = """
slider.on_change(|_| { println!("busy"); loop { check_interrupt(); } });
"""


def test_an_interrupt_ends_a_callback_while_no_cell_runs(kernel):
    manager, client = kernel
    slider, _ = show_slider(client, SLIDER.replace("\nslider\n", ENDLESS_CALLBACK + "slider"))
    request = move(client, slider, 2)
    assert written(client, request).startswith("moved to 2\n")
    other, _ = show_slider(client)
    request = move(client, other, 3)
    manager.interrupt_kernel()
    while "moved to 3\n" not in written(client, request):
        pass
