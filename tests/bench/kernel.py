"""Measures our kernel beside evcxr_jupyter: start, warm cells, growth, questions, output, memory.

    python tests/bench/kernel.py candlelab [evcxr_jupyter]

Each name is a kernel that Jupyter finds. Every cell is run several times in turn; the median
counts. Needs jupyter_client and psutil.
"""

import queue
import statistics
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

CANDLE = ':dep candle-core = "0.11.1"\n:dep candle-nn = "0.11.1"\nuse candle_core::{Tensor, DType, Device, D};'
TENSOR = 'println!("{:?}", Tensor::zeros((2, 3), DType::F32, &Device::Cpu).unwrap().shape());'
CELLS = {
    "println!": 'println!("hello");',
    "tensor operation": "let b = a.matmul(&a).unwrap();",
    "plain expression": "1 + 2",
}
REPEATS = 9
# Keeps all cores busy, as training does.
BUSY = "let start = std::time::Instant::now(); while start.elapsed().as_secs() < 20 { a.matmul(&a).unwrap(); }"


class Kernel:
    """A running kernel, driven as a front end would."""

    def __init__(self, name):
        self.name = name
        self.manager = KernelManager(kernel_name=name)
        self.started = time.perf_counter()
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)

    def run(self, code):
        """Runs a cell; returns the seconds to its end and the messages of its output."""
        start = time.perf_counter()
        request = self.client.execute(code)
        outputs = []
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=600)
            except queue.Empty:
                sys.exit(f"{self.name}: no answer to {code!r}")
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "error":
                sys.exit(f"{self.name}: {code!r} fails: {content['evalue']}")
            if kind == "stream":
                outputs.append(content["text"])
        return time.perf_counter() - start, outputs

    def ask_while_busy(self):
        """The seconds that questions wait while a cell runs, by question."""
        request = self.client.execute(BUSY)
        time.sleep(3)
        questions = {
            "kernel_info": self.client.kernel_info,
            "completion": lambda: self.client.complete("a.mat", 5),
            "inspection": lambda: self.client.inspect("String", 6),
        }
        waits = {name: [] for name in questions}
        running = True
        while running:
            for name, ask in questions.items():
                start = time.perf_counter()
                question, parent = ask(), None
                while parent != question:
                    parent = self.client.get_shell_msg(timeout=60)["parent_header"]["msg_id"]
                    running = running and parent != request
                waits[name].append(time.perf_counter() - start)
        return waits

    def memory(self):
        """Resident mebibytes of the kernel and its children."""
        main = psutil.Process(self.manager.provisioner.process.pid)
        return sum(p.memory_info().rss for p in [main, *main.children(recursive=True)]) / 2**20

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def medians(kernel):
    return {
        # A cell of the same text would not be compiled again.
        name: statistics.median(kernel.run(f"{code} // {time.time_ns()}")[0] for _ in range(REPEATS))
        for name, code in CELLS.items()
    }


def define(kernel, start, stop):
    for n in range(start, stop):
        kernel.run(f"let v{n} = Tensor::zeros(({n} + 1, 2), DType::F32, &Device::Cpu).unwrap();")


def measure(name):
    kernel = Kernel(name)
    print(f"{name}: {kernel.manager.kernel_spec.argv[0]}", flush=True)
    if name == "rust":
        kernel.run(CANDLE)
    kernel.run(TENSOR)
    print(f"{name}: start to first tensor {time.perf_counter() - kernel.started:.2f} s", flush=True)
    print(f"{name}: idle, {kernel.memory():.0f} MiB", flush=True)
    kernel.run("let a = Tensor::zeros((64, 64), DType::F32, &Device::Cpu).unwrap();")
    for live, (start, stop) in {1: (0, 0), 30: (0, 29), 100: (29, 99)}.items():
        define(kernel, start, stop)
        row = ", ".join(f"{cell} {seconds:.3f} s" for cell, seconds in medians(kernel).items())
        print(f"{name}: {live} variables: {row}", flush=True)
    for question, waits in kernel.ask_while_busy().items():
        print(f"{name}: {question} while a cell computes: median {statistics.median(waits):.3f} s, "
              f"longest of {len(waits)} {max(waits):.3f} s", flush=True)
    seconds, outputs = kernel.run('for i in 0..100_000 { println!("line {i}"); }')
    lines = sum(text.count("\n") for text in outputs)
    print(f"{name}: {lines} lines in {len(outputs)} messages, {seconds:.2f} s", flush=True)
    seconds, _ = kernel.run(':dep itoa = "1"\nprintln!("{}", itoa::Buffer::new().format(1));')
    print(f"{name}: a small crate added in {seconds:.1f} s", flush=True)
    kernel.stop()


for kernel_name in sys.argv[1:]:
    measure(kernel_name)
