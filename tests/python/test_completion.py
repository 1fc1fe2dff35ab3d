"""What Tab offers at the places of `fixtures/completions.txt`.

Run with `-s` to see the share of places and the times.
"""

import pathlib
import re
import statistics
import time

import pytest
from jupyter_client.manager import start_new_kernel
from test_kernel import KERNEL

PLACES = pathlib.Path(__file__).parents[1] / "fixtures/completions.txt"
SETUP = """struct Point { radius: f32 }
impl Point { fn area(&self) -> f32 { self.radius } }
let point = Point { radius: 1.0 };
let x = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;
let y = Tensor::zeros(2, DType::U32, &Device::Cpu)?;
let list = vec![1f32, 2.0];
let layer = Linear::new(3, 1, &Device::Cpu)?;
let model = Sequential::new().add(Linear::new(3, 2, &Device::Cpu)?);
let history = fit(&model, &mut Sgd::new(model.vars(), 0.1), &x, &y, 1, 2)?;"""
# A name as it is inserted: no arguments, no signature.
NAME = re.compile(r"^(r#)?[A-Za-z_]\w*!?$")


def places():
    """Wanted name and code; the cursor stands at the code's end."""
    for line in PLACES.read_text().splitlines():
        if line and not line.startswith("#"):
            wanted, code = re.split("\t+", line, maxsplit=1)
            yield wanted, code.replace("\\n", "\n").removesuffix("|").replace("\\|", "|")


@pytest.fixture(scope="module")
def client():
    manager, client = start_new_kernel(kernel_name=KERNEL)
    shown = client.execute_interactive(SETUP, output_hook=lambda _: None, timeout=60)
    assert shown["content"]["status"] == "ok"
    yield client
    client.stop_channels()
    manager.shutdown_kernel()


def test_the_wanted_name_is_among_the_first_ten(client):
    found, missing, times, strange, undocumented = 0, [], [], set(), []
    for wanted, code in places():
        started = time.perf_counter()
        offered = client.complete(code, len(code), reply=True, timeout=20)["content"]
        times.append(time.perf_counter() - started)
        strange |= {match for match in offered["matches"] if not NAME.match(match)}
        if wanted in offered["matches"][:10]:
            found += 1
            types = offered["metadata"]["_jupyter_types_experimental"]
            assert any(it["text"] == wanted and it["signature"] for it in types), wanted
            # JupyterLab asks for the documentation of the name that is selected.
            whole = code[: offered["cursor_start"]] + wanted
            page = client.inspect(whole, len(whole), reply=True, timeout=20)["content"]
            undocumented += [] if page["found"] else [whole]
        else:
            missing.append((wanted, code, offered["matches"][:10]))
    total = found + len(missing)
    print(f"{found} of {total} places, median {1000 * statistics.median(times):.0f} ms")
    assert total >= 60
    assert found >= 0.95 * total, missing
    assert not strange, "not names"
    assert len(undocumented) <= 0.05 * total, undocumented
