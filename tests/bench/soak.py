"""Runs many mixed cells in one kernel and watches its memory and the order of its messages.

    python tests/bench/soak.py [cells] [kernel]

Every 50 cells it prints the resident memory of the kernel and of the worker, and how many
libraries of cells the worker has mapped. Fails if memory grows by more than 1 MB a cell, or if a
message comes out of order. Needs jupyter_client and psutil.
"""

import itertools
import sys
import time

import psutil
from jupyter_client.manager import start_new_kernel

EVERY = 50
LIMIT = 1.0
MEGABYTE = 1e6

# What a cell is, and the message types it may show.
CELLS = [
    ('println!("cell {n}");', {"stream"}),
    ("let t = Tensor::randn(0f32, 1., (64, 64), &Device::Cpu)?;", set()),
    ("t.matmul(&t)?.sum_all()?", {"execute_result"}),
    ('line_chart("loss", &[0.0, 1.0, 2.0], &[1.0, 3.0, 2.0])?', {"execute_result"}),
    ('let wrong: i32 = "{n}";', {"error"}),
    ("fn item{n}(x: u64) -> u64 { x + {n} }", set()),
    ("item{last}(1)", {"execute_result"}),
    ('panic!("cell {n}");', {"error"}),
    ('candlelab::display::html("<b>{n}</b>");', {"display_data"}),
    ("let v{slot} = vec![{n}u64; 1000]; v{slot}.len()", {"execute_result"}),
    ('"x{n}".parse::<f64>()?;', {"error"}),
    ('for i in 0..1000 { println!("{i}"); } eprintln!("end");', {"stream"}),
    ("struct Point{n} { x: f64 } let p = Point{n} { x: {n}.0 }; p.x", {"execute_result"}),
    ("%vars", {"execute_result", "display_data", "stream"}),
    ("for _ in progress(0..3) {}", {"display_data", "update_display_data", "stream", "clear_output"}),
]


def cell(n):
    code, kinds = CELLS[n % len(CELLS)]
    for key, value in {"n": n, "last": n - 1, "slot": n % 30}.items():
        code = code.replace(f"{{{key}}}", str(value))
    return code, kinds


class Soak:
    def __init__(self, kernel):
        self.manager, self.client = start_new_kernel(kernel_name=kernel)
        self.main = psutil.Process(self.manager.provisioner.process.pid)
        self.faults = []
        self.seconds = []
        self.ended = set()

    def run(self, n):
        """Runs a cell and checks what belongs to it, in which order."""
        code, kinds = cell(n)
        start = time.perf_counter()
        request = self.client.execute(code)
        types = []
        while types[-1:] != ["idle"]:
            message = self.client.get_iopub_msg(timeout=120)
            kind, parent = message["msg_type"], message["parent_header"].get("msg_id")
            state = message["content"].get("execution_state", kind)
            if parent == request:
                types.append(state)
            elif parent in self.ended:
                self.faults.append(f"cell {n}: {state} of a cell that has ended")
        self.ended.add(request)
        self.seconds.append(time.perf_counter() - start)
        reply = self.client.get_shell_msg(timeout=120)
        if reply["parent_header"]["msg_id"] != request:
            self.faults.append(f"cell {n}: a reply to another request")
        # Where a question ends meanwhile, another `busy` says that the cell still runs.
        shown = [kind for kind in types[2:-1] if kind != "busy"]
        if types[:2] != ["busy", "execute_input"] or not set(shown) <= kinds:
            self.faults.append(f"cell {n} ({code[:40]}): {types}")
        if "execute_result" in kinds and not shown:
            self.faults.append(f"cell {n} ({code[:40]}): shows nothing")
        if (reply["content"]["status"] == "error") != ("error" in kinds):
            self.faults.append(f"cell {n} ({code[:40]}): {reply['content'].get('evalue')}")

    def ask(self, n):
        """A completion between cells; checks that its reply is the next one."""
        request = self.client.complete("Tensor::ra", 10)
        reply = self.client.get_shell_msg(timeout=120)
        if reply["parent_header"]["msg_id"] != request or not reply["content"]["matches"]:
            self.faults.append(f"completion after cell {n}: {reply['content']}")

    def sample(self):
        """Megabytes of the kernel and of its worker, and the cells' libraries mapped there."""
        (worker,) = self.main.children()
        libraries = {it.path for it in worker.memory_maps() if "candlelab-session-" in it.path}
        memory = [it.memory_info().rss / MEGABYTE for it in (self.main, worker)]
        return *memory, len(libraries)

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def main(cells=1000, kernel="candlelab"):
    soak = Soak(kernel)
    first = None
    for n in itertools.count():
        if n % EVERY == 0 and n > 0 or n == cells:
            main, worker, libraries = soak.sample()
            cost = sum(soak.seconds[-EVERY:]) / len(soak.seconds[-EVERY:])
            print(f"{n} cells: kernel {main:.0f} MB, worker {worker:.0f} MB, "
                  f"{libraries} libraries, {cost:.3f} s a cell", flush=True)
            first = first or (n, main, worker)
        if n == cells:
            break
        soak.run(n)
        if n % 5 == 0:
            soak.ask(n)
    soak.stop()
    spent = max(cells - first[0], 1)
    growth = [(now - then) / spent for now, then in zip((main, worker), first[1:])]
    print(f"growth a cell: kernel {growth[0]:.3f} MB, worker {growth[1]:.3f} MB")
    for fault in soak.faults:
        print(f"out of order: {fault}")
    sys.exit(sum(growth) > LIMIT or bool(soak.faults))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(*map(int, arguments[:1]), *arguments[1:])
