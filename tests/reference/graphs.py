"""Numbers that the tests of runtime/data/src/graph.rs and molecule.rs compare with.

pip install networkx; python tests/reference/graphs.py
"""

import gzip
import json
import pathlib

import networkx

club = networkx.karate_club_graph()
print([club.degree(node) for node in [0, 1, 2, 3, 4, 5, 33]], sum(dict(club.degree()).values()))
print("weights", sum(weight for _, _, weight in club.edges.data("weight")))
print("officer", sum(name == "Officer" for _, name in club.nodes.data("club")), club.nodes[8])

root = pathlib.Path(__file__).parents[2]
lines = gzip.open(root / "runtime/data/data/molecules/solubility_graphs.jsonl.gz", "rt").readlines()
for part in ["train", "test"]:
    part = [molecule for molecule in map(json.loads, lines) if molecule["split"] == part]
    atoms, bonds = (sum(len(molecule[key]) for molecule in part) for key in ["atoms", "bonds"])
    print(len(part), atoms, bonds, round(sum(molecule["log_s"] for molecule in part), 2))
