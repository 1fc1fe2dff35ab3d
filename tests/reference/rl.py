"""Environments: writes rl.json for runtime/rl/tests/rl.rs.

Needs gymnasium, and torch for the other half of common.py.
"""

import gymnasium
import numpy as np
import torch
from common import CASES, numbers, write

pole = gymnasium.make("CartPole-v1").unwrapped
pole.reset(seed=0)
pole.state = np.array([0.03, -0.2, 0.05, 0.4])
states, done = [], False
actions = [1, 1, 0, 1, 0, 0, 0, 1, 0] + [1] * 20
while not done:
    _, reward, done, _, _ = pole.step(actions[len(states)])
    assert reward == 1
    states.append(pole.state)
CASES["cart_pole"] = numbers(torch.tensor(np.array(states)))

# Values of the slippery frozen lake, from the rules that Gymnasium states.
lake = gymnasium.make("FrozenLake-v1", map_name="4x4", is_slippery=True).unwrapped
values = np.zeros(16)
for _ in range(10_000):
    best = lambda actions: max(
        sum(p * (r + 0.99 * values[s] * (not done)) for p, s, r, done in outcomes)
        for outcomes in actions.values()
    )
    values = np.array([best(lake.P[state]) for state in range(16)])
CASES["frozen_lake"] = numbers(torch.tensor(values))

write(__file__)
