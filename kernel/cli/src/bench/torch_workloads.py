"""The workloads of `runtime/bench` in PyTorch: python torch_workloads.py MODEL torch SECONDS

The same names, shapes, batches and optimisers; eager, float32, a thread a core, the fused form of
Adam and, for the residual network, the channels-last layout, which are the faster ones. Prints one
line of JSON.
"""

import ctypes
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(int(os.environ.get("RAYON_NUM_THREADS", os.cpu_count())))


def memory(anew=False):
    """The most so far, what there is now and how much of it are pages of files, in MB."""
    if not os.path.exists("/proc/self/status"):
        return 0.0, 0.0, 0.0
    if anew:
        # What the imports have freed, or training would fill that first, uncounted.
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
    with open("/proc/self/status") as status:
        values = dict(line.split(":", 1) for line in status)
    return [float(values[name].split()[0]) / 1e3 for name in ("VmHWM", "VmRSS", "RssFile")]


def measure(step, seconds):
    _, all_before, files_before = memory(anew=True)
    start, warm = time.perf_counter(), 0
    while warm < 3 or time.perf_counter() - start < 0.3:
        step(warm)
        warm += 1
    chunk = max(1, warm // 100)
    start, times, number = time.perf_counter(), [], 0
    while len(times) < 5 or time.perf_counter() - start < seconds:
        begun = time.perf_counter()
        for _ in range(chunk):
            step(number)
            number += 1
        times.append((time.perf_counter() - begun) / chunk)
    times.sort()
    p10, median = times[len(times) // 10], times[len(times) // 2]
    peak, _, files = memory()
    beyond = peak - all_before - (files - files_before)
    return {"p10_us": p10 * 1e6, "median_us": median * 1e6, "step_mb": beyond}


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def adam(model, lr=1e-3, betas=(0.9, 0.999), decay=0.0):
    return torch.optim.AdamW(model.parameters(), lr, betas, weight_decay=decay, fused=True)


def classifier(model, x, optimizer=None):
    y = torch.randint(0, 10, (len(x),))
    optimizer = optimizer or adam(model)

    def step(number):
        start = number % (len(x) // 64) * 64
        rows = slice(start, start + 64)
        descend(optimizer, F.cross_entropy(model(x[rows]), y[rows]))

    return step


def images():
    return torch.randn(6400, 1, 28, 28)


def mlp():
    relu = nn.ReLU
    return nn.Sequential(
        nn.Linear(784, 256), relu(), nn.Linear(256, 128), relu(), nn.Linear(128, 10)
    )


def mlp_sgd():
    model = mlp()
    return classifier(model, torch.randn(60_000, 784), torch.optim.SGD(model.parameters(), 0.01))


def mlp_adam():
    return classifier(mlp(), torch.randn(60_000, 784))


def xor():
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    return lambda _: descend(optimizer, F.mse_loss(model(x), y))


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    return classifier(model, images())


def convolution(inputs, outputs, kernel, stride, padding):
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            convolution(inputs, outputs, 3, stride, 1), nn.BatchNorm2d(outputs), nn.ReLU(),
            convolution(outputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            convolution(inputs, outputs, 1, stride, 0), nn.BatchNorm2d(outputs)
        )

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.body(x))


def resnet():
    model = nn.Sequential(
        convolution(1, 16, 3, 1, 1), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )
    return classifier(model.to(memory_format=torch.channels_last), images())


def unet():
    def part(inputs, outputs):
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        return nn.Sequential(convolution, nn.GroupNorm(8, outputs), nn.SiLU())

    parts = nn.ModuleList([part(1, 32), part(32, 64), part(64, 64), part(128, 32), part(64, 32)])
    down1, down2, middle, up1, up2 = parts
    last = nn.Conv2d(32, 1, 1)
    optimizer, data = adam(nn.ModuleList([parts, last])), images()

    def step(number):
        start = number % 100 * 64
        noise = torch.randn(64, 1, 28, 28)
        a = down1(data[start : start + 64] * 0.7 + noise * 0.7)
        b = down2(F.max_pool2d(a, 2))
        c = middle(F.max_pool2d(b, 2))
        d = up1(torch.cat([F.interpolate(c, scale_factor=2.0), b], 1))
        e = up2(torch.cat([F.interpolate(d, scale_factor=2.0), a], 1))
        descend(optimizer, F.mse_loss(last(e), noise))

    return step


class Transformer(nn.Module):
    """A pre-norm block with four heads."""

    def __init__(self, width, causal):
        super().__init__()
        self.causal = causal
        self.norm, self.maps = nn.LayerNorm(width), nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU("tanh"),
            nn.Linear(4 * width, width),
        )

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.maps(self.norm(x)).split(width, 2)
        q, k, v = [part.view(batch, length, 4, width // 4).transpose(1, 2) for part in parts]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.output(y.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(x)


class Vit(nn.Module):
    def __init__(self, patch):
        super().__init__()
        self.patch, self.side = patch, 28 // patch
        self.embed = nn.Linear(patch * patch, 64)
        self.token = nn.Parameter(torch.zeros(1, 1, 64))
        self.positions = nn.Parameter(torch.randn(1, self.side**2 + 1, 64) * 0.02)
        self.blocks = nn.Sequential(*[Transformer(64, False) for _ in range(4)])
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 10)

    def forward(self, x):
        batch, side, patch = len(x), self.side, self.patch
        x = x.view(batch, side, patch, side, patch).transpose(2, 3)
        x = self.embed(x.reshape(batch, side * side, patch * patch))
        x = torch.cat([self.token.expand(batch, -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


class Gpt(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.letters, self.positions = nn.Embedding(65, 128), nn.Embedding(length, 128)
        self.blocks = nn.Sequential(*[Transformer(128, True) for _ in range(4)])
        self.norm = nn.LayerNorm(128)

    def forward(self, text, last=False):
        x = self.letters(text) + self.positions(torch.arange(text.shape[1]))
        x = self.norm(self.blocks(x))
        return F.linear(x[:, -1:] if last else x, self.letters.weight)


def gpt(length, size):
    model, text = Gpt(length), torch.randint(0, 65, (200_000,))
    optimizer = adam(model, decay=0.01)

    def step(number):
        starts = [(number * size + at) * 7919 % (len(text) - length - 1) for at in range(size)]
        x = torch.stack([text[start : start + length] for start in starts])
        y = torch.stack([text[start + 1 : start + length + 1] for start in starts])
        descend(optimizer, F.cross_entropy(model(x).view(-1, 65), y.view(-1)))

    return step


def gptgen():
    model, text = Gpt(64).eval(), [torch.zeros(1, 64, dtype=torch.long)]

    @torch.no_grad()
    def step(_):
        chances = F.softmax(model(text[0], last=True)[:, -1], -1)
        text[0] = torch.cat([text[0][:, 1:], torch.multinomial(chances, 1)], 1)

    return step


def dcgan():
    def transposed(*sizes):
        return nn.ConvTranspose2d(*sizes, bias=False)

    generator = nn.Sequential(
        transposed(100, 128, 7, 1, 0), nn.BatchNorm2d(128), nn.ReLU(),
        transposed(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
        transposed(64, 1, 4, 2, 1), nn.Tanh(),
    )
    judge = nn.Sequential(
        convolution(1, 64, 4, 2, 1), nn.LeakyReLU(0.2),
        convolution(64, 128, 4, 2, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2),
        convolution(128, 1, 7, 1, 0), nn.Flatten(),
    )
    generators, judges = [adam(net, 2e-4, (0.5, 0.999)) for net in (generator, judge)]
    data, real, fake = images(), torch.ones(64, 1), torch.zeros(64, 1)
    bce = F.binary_cross_entropy_with_logits

    def step(number):
        start = number % 100 * 64
        made = generator(torch.randn(64, 100, 1, 1))
        on_real = bce(judge(data[start : start + 64]), real)
        descend(judges, on_real + bce(judge(made.detach()), fake))
        descend(generators, bce(judge(made), real))

    return step


class Denoiser(nn.Module):
    def __init__(self, width=128):
        super().__init__()
        self.first, self.last = nn.Linear(384, width), nn.Linear(width, 2)
        self.middle = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])
        self.frequencies = torch.exp(torch.arange(64) * -(math.log(10_000) / 63))

    def waves(self, x):
        x = x[:, None] * self.frequencies
        return torch.cat([x.sin(), x.cos()], 1)

    def forward(self, x, t):
        waves = [self.waves(x[:, 0] * 25), self.waves(x[:, 1] * 25), self.waves(t)]
        h = F.gelu(self.first(torch.cat(waves, 1)), approximate="tanh")
        for layer in self.middle:
            h = h + F.gelu(layer(h), approximate="tanh")
        return self.last(h)


def diffmlp():
    model, points = Denoiser(), torch.randn(8000, 2)
    optimizer = adam(model, decay=0.01)
    kept = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 50), 0)

    def step(number):
        start = number % 250 * 32
        noise, t = torch.randn(32, 2), torch.randint(0, 50, (32,))
        share = kept[t][:, None]
        x = share.sqrt() * points[start : start + 32] + (1 - share).sqrt() * noise
        descend(optimizer, F.mse_loss(model(x, t.float()), noise))

    return step


def gcn():
    graphs, nodes, edges, width = 64, 20, 80, 64
    count = graphs * nodes
    first = torch.arange(graphs).repeat_interleave(edges) * nodes
    loops = torch.arange(count)

    def ends():
        return torch.cat([first + torch.randint(0, nodes, (graphs * edges,)), loops])

    sources, targets = ends(), ends()
    weights, x = torch.rand(len(sources), 1), torch.randn(count, 16)
    owner, y = torch.arange(graphs).repeat_interleave(nodes), torch.randint(0, 2, (graphs,))
    layers = nn.ModuleList([nn.Linear(inputs, width) for inputs in (16, width, width)])
    head = nn.Linear(width, 2)
    optimizer = adam(nn.ModuleList([layers, head]))

    def step(_):
        h = x
        for layer in layers:
            messages = layer(h).index_select(0, sources) * weights
            h = F.relu(torch.zeros(count, width).index_add(0, targets, messages))
        means = torch.zeros(graphs, width).index_add(0, owner, h) / nodes
        descend(optimizer, F.cross_entropy(head(means), y))

    return step


WORKLOADS = {
    "mlp_sgd": mlp_sgd, "mlp_adam": mlp_adam, "xor": xor, "cnn": cnn, "resnet": resnet,
    "unet": unet, "vit7": lambda: classifier(Vit(7), images()),
    "vit4": lambda: classifier(Vit(4), images()), "gpt64": lambda: gpt(64, 12),
    "gpt128": lambda: gpt(128, 32), "gptgen": gptgen, "dcgan": dcgan, "diffmlp": diffmlp,
    "gcn": gcn,
}

if __name__ == "__main__":
    name, seconds = sys.argv[1], float(sys.argv[3])
    print(json.dumps({"name": name, **measure(WORKLOADS[name](), seconds)}))
