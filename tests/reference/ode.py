"""Solutions of SciPy and gradients of PyTorch: writes ode.json for runtime/models/tests/generative.rs.

Needs torch and scipy.
"""

import numpy as np
import torch
import torch.nn.functional as F
from common import CASES, case, write
from scipy.integrate import solve_ivp


def pendulum(t, x):
    return [x[1], -200 * np.sin(x[0]) - 3 * x[1]]


def driven(t, x):
    return [x[1] + np.cos(3 * t), -x[0] * x[1]]


def solved(name, f, start, times, **options):
    solution = solve_ivp(f, (times[0], times[-1]), start, t_eval=times, **options)
    CASES[name] = [float(f"{value:.12g}") for value in solution.y.T.flatten()]
    CASES[f"{name} slopes"] = [solution.nfev]


times = [0.0, 0.13, 0.5, 0.9, 1.7, 2.0]
solved("pendulum", pendulum, [0.1, 0.0], times, rtol=1e-6, atol=1e-8)
solved("driven", driven, [0.5, -1.0], times, rtol=1e-3, atol=1e-6)
solved("driven back", driven, [0.5, -1.0], [0.9, 0.5, 0.13, 0.0], rtol=1e-3, atol=1e-6)
solved("exact", pendulum, [0.1, 0.0], times, rtol=1e-12, atol=1e-12, method="DOP853")


def rk4(x, w1, b1, w2, b2):
    def f(x):
        return F.linear(torch.tanh(F.linear(x, w1, b1)), w2, b2)

    path, h = [x], 0.1
    for _ in range(6):
        k1 = f(x)
        k2 = f(x + h / 2 * k1)
        k3 = f(x + h / 2 * k2)
        k4 = f(x + h * k3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path.append(x)
    return torch.stack(path)[::2]


case("rk4", [[3, 2], [4, 2], [4], [2, 4], [2]], rk4)

write(__file__)
