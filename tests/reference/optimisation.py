"""Optimisers and schedules: writes optimisation.json for runtime/nn/tests/torch.rs."""

import warnings

import torch
from common import CASES, fill, numbers, write

warnings.filterwarnings("ignore")
optim = torch.optim


def run(name, make, clip=None):
    """Twenty steps down w⁴ / 4 + sin 3w, from fill([5], 0) and fill([2, 3], 1)."""
    w = [fill([5], 0).requires_grad_(), fill([2, 3], 1).requires_grad_()]
    optimizer = make(w)
    for _ in range(20):
        optimizer.zero_grad()
        sum((v**4 / 4 + torch.sin(3 * v)).sum() for v in w).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(w, clip)
        optimizer.step()
    CASES[name] = [digit for v in w for digit in v.flatten().tolist()]


run("sgd", lambda w: optim.SGD(w, 0.05))
run("sgd momentum", lambda w: optim.SGD(w, 0.05, momentum=0.9))
run("sgd nesterov", lambda w: optim.SGD(w, 0.05, momentum=0.9, nesterov=True))
run("sgd weight decay", lambda w: optim.SGD(w, 0.05, momentum=0.9, weight_decay=0.1))
run("sgd clip", lambda w: optim.SGD(w, 0.05), clip=1.0)
run("adagrad", lambda w: optim.Adagrad(w, 0.05))
run("adadelta", lambda w: optim.Adadelta(w, 1.0))
run("rmsprop", lambda w: optim.RMSprop(w, 0.05))
run("rmsprop momentum", lambda w: optim.RMSprop(w, 0.05, alpha=0.9, momentum=0.5))
run("adagrad weight decay", lambda w: optim.Adagrad(w, 0.05, weight_decay=0.1))
run("adadelta weight decay", lambda w: optim.Adadelta(w, 1.0, weight_decay=0.1))
run("rmsprop weight decay", lambda w: optim.RMSprop(w, 0.05, momentum=0.5, weight_decay=0.1))
run("adam", lambda w: optim.Adam(w, 0.05))
run("adam betas", lambda w: optim.Adam(w, 0.05, betas=(0.5, 0.9)))
run("adamw", lambda w: optim.AdamW(w, 0.05, weight_decay=0.1))
run("adamw clip", lambda w: optim.AdamW(w, 0.05, weight_decay=0.1), clip=1.0)


def groups(make):
    return lambda w: make([{"params": w[:1]}, {"params": w[1:], "lr": 0.005, "weight_decay": 0}])


run("sgd groups", groups(lambda w: optim.SGD(w, 0.05, momentum=0.9, weight_decay=0.1)))
run("adamw groups", groups(lambda w: optim.AdamW(w, 0.05, weight_decay=0.1)))

lr = optim.lr_scheduler


def schedule(name, make, steps, rate=0.4):
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    CASES[name] = rates


def warm_up(optimizer):
    rise = lr.LinearLR(optimizer, start_factor=1 / 5, total_iters=4)
    return lr.SequentialLR(optimizer, [rise, lr.CosineAnnealingLR(optimizer, 12)], [4])


schedule("steps", lambda o: lr.StepLR(o, 3, 0.5), 10)
schedule("cosine", lambda o: lr.CosineAnnealingLR(o, 12, eta_min=0.01), 13)
schedule("warm-up", warm_up, 17)
schedule("one cycle", lambda o: lr.OneCycleLR(o, 0.4, total_steps=20), 20)
schedule("one cycle 97", lambda o: lr.OneCycleLR(o, 0.01, total_steps=97), 97)
schedule("one cycle 4", lambda o: lr.OneCycleLR(o, 0.4, total_steps=4), 4)

write(__file__)
