"""Loss curves of small networks over fifty steps: writes curves.json for runtime/nn/tests/torch.rs."""

import math

import torch
import torch.nn.functional as F
from common import CASES, write
from torch import nn

STEPS = 50
# By how much numbers are changed at random, to see what comes of it.
SHAKEN = 0.0


def noise(shape, start):
    """sin(start + 1.7 i²) at place i; unlike fill it makes matrices of full rank."""
    count = math.prod(shape)
    values = torch.sin(start + 1.7 * torch.arange(count).double() ** 2).reshape(shape)
    return values * (1 + SHAKEN * torch.randn(shape))


def start(*modules):
    """Gives parameters their values, in order, and puts them in one list."""
    named = [pair for module in modules for pair in module.named_parameters()]
    with torch.no_grad():
        for at, (name, w) in enumerate(named):
            value = noise(list(w.shape), at)
            flat = 0.1 * value + name.endswith("weight")
            w.copy_(flat if w.dim() == 1 else value / (w.numel() / w.shape[0]) ** 0.5)
    return [w for _, w in named]


def step(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def images(at):
    """One of four batches of eight images and their labels."""
    labels = torch.tensor([(3 * (at % 4) + i * i) % 4 for i in range(8)])
    return noise([8, 1, 8, 8], 100 + at % 4), labels


def classify(model, make):
    optimizer = make(start(model))
    losses = []
    for at in range(STEPS):
        x, labels = images(at)
        losses.append(step(optimizer, F.cross_entropy(model(x), labels)))
    model.eval()
    x, labels = images(0)
    return losses + [F.cross_entropy(model(x), labels).item()]


def conv_norm(inputs, outputs, kernel=3, stride=1):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv_norm(inputs, outputs, 3, stride)
        self.second = conv_norm(outputs, outputs)
        self.shortcut = conv_norm(inputs, outputs, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class Block(nn.Module):
    def __init__(self, bias, causal):
        super().__init__()
        self.norm_1 = nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, bias=bias, batch_first=True)
        self.norm_2 = nn.LayerNorm(8)
        self.up = nn.Linear(8, 16, bias)
        self.down = nn.Linear(16, 8, bias)
        self.causal = causal

    def forward(self, x):
        h = self.norm_1(x)
        length = x.shape[1]
        mask = torch.full((length, length), -torch.inf).triu(1) if self.causal else None
        x = x + self.attention(h, h, h, need_weights=False, attn_mask=mask)[0]
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class Table(nn.Module):
    """Numbers of one's own, in their place among the modules."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Linear(16, 8)
        self.token = Table(8)
        self.positions = Table(5, 8)
        self.blocks = nn.Sequential(Block(True, False), Block(True, False))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        patches = F.unfold(x, 4, stride=4).mT  # (batch, 4, 16)
        token = self.token.weight.expand(len(x), 1, 8)
        x = torch.cat([token, self.patches(patches)], 1) + self.positions.weight
        return self.head(self.blocks(x)[:, 0])


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(7, 8)
        self.positions = Table(6, 8)
        self.blocks = nn.Sequential(Block(False, True), Block(False, True))
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 7, bias=False)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.tokens(x) + self.positions.weight)))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        double = lambda a, b: nn.Sequential(conv_norm(a, b), nn.ReLU(), conv_norm(b, b), nn.ReLU())
        self.inward = double(1, 4)
        self.down = double(4, 8)
        self.up = nn.ConvTranspose2d(8, 4, 2, 2)
        self.outward = double(8, 4)
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, x):
        skip = self.inward(x)
        y = F.pad(self.up(self.down(F.max_pool2d(skip, 2))), [0, 0, 0, 1])
        return self.head(self.outward(torch.cat([skip, y], 1)))


Conv, Up = nn.Conv2d, nn.ConvTranspose2d


def cnn():
    model = nn.Sequential(
        *[Conv(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
        *[Conv(4, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32, 4)],
    )
    return classify(model, lambda w: torch.optim.Adam(w, 0.01))


def resnet():
    model = nn.Sequential(
        *[conv_norm(1, 4), nn.ReLU(), ResidualBlock(4, 4, 1), ResidualBlock(4, 8, 2)],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)],
    )
    return classify(model, lambda w: torch.optim.SGD(w, 0.024, momentum=0.9))


def vit():
    return classify(Vit(), lambda w: torch.optim.AdamW(w, 0.01, weight_decay=0.05))


def gpt():
    model = Gpt()
    w = start(model)
    optimizer = torch.optim.AdamW(w, 0.02, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, STEPS, cycle_momentum=False)
    losses = []
    for at in range(STEPS):
        text = torch.tensor([[(at % 3 + i * i + j * (i + 1)) % 7 for j in range(7)] for i in range(4)])
        loss = F.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(w, 0.5)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def unet():
    model = UNet()
    optimizer = torch.optim.Adam(start(model), 0.012)
    losses = []
    for at in range(STEPS):
        x = noise([3, 1, 7, 8], 100 + at % 4)
        y = (x + x.roll(1, 3) > 0).double()
        losses.append(step(optimizer, F.binary_cross_entropy_with_logits(model(x), y)))
    return losses


def gan():
    generator = nn.Sequential(
        *[nn.Linear(6, 32), nn.Unflatten(1, (8, 2, 2)), Up(8, 4, 4, 2, 1), nn.BatchNorm2d(4)],
        *[nn.ReLU(), Up(4, 1, 4, 2, 1), nn.Tanh()],
    )
    judge = nn.Sequential(
        *[Conv(1, 4, 4, 2, 1), nn.LeakyReLU(0.2), Conv(4, 8, 4, 2, 1), nn.BatchNorm2d(8)],
        *[nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(32, 1)],
    )
    adam = lambda module: torch.optim.Adam(start(module), 0.003, betas=(0.5, 0.999))
    generates, judges = adam(generator), adam(judge)
    says = lambda x, y: F.binary_cross_entropy_with_logits(judge(x), torch.full((8, 1), y))
    losses = []
    for at in range(STEPS):
        real, z = images(at)[0], noise([8, 6], 200 + at)
        fake = generator(z)
        losses.append(step(judges, says(real, 1.0) + says(fake.detach(), 0.0)))
        losses.append(step(generates, says(fake, 1.0)))
    return losses


def gcn():
    a = torch.eye(6)
    for i, j in [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5)]:
        a[i, j] = a[j, i] = 1
    scale = torch.diag(a.sum(1) ** -0.5)
    a = scale @ a @ scale
    first, second = nn.Linear(3, 8), nn.Linear(8, 2)
    layer = lambda own, x: a @ x @ own.weight.T + own.bias
    optimizer = torch.optim.Adam(start(first, second), 0.02)
    x, labels = noise([6, 3], 100), torch.tensor([0, 0, 0, 1, 1, 1])
    forward = lambda: layer(second, F.relu(layer(first, x)))
    return [step(optimizer, F.cross_entropy(forward(), labels)) for _ in range(STEPS)]


def curve(train):
    """A curve in f64 that f32 can follow on any processor: no activation comes so near to a kink,
    such as the rectifier's, that rounding decides on which side it is."""
    global SHAKEN
    SHAKEN = 0.0
    losses = torch.tensor(train())
    SHAKEN = 3e-7  # five times as much as f32 rounds
    torch.manual_seed(0)
    for _ in range(20):
        apart = ((torch.tensor(train()) - losses).abs() / losses.abs().clamp(min=1)).max()
        assert apart < 5e-4, f"{train.__name__}: {apart:.1e} apart; take another learning rate"
    return [float(f"{loss:.7g}") for loss in losses]


for train in [cnn, resnet, vit, gpt, unet, gan, gcn]:
    CASES[train.__name__] = curve(train)
write(__file__)
