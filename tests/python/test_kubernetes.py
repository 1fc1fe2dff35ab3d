"""The jobs that `candlelab grade --kubernetes` prints.

CANDLELAB names the binary under test.
"""

import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest

BINARY = os.environ["CANDLELAB"]
SCHEMA = json.loads((pathlib.Path(__file__).parent / "kubernetes_list.json").read_text())


def jobs(*arguments):
    done = subprocess.run([BINARY, "grade", "--kubernetes", "example/candlelab:1", *arguments],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def as_kubernetes_runs(command, environment, program):
    """What a container's shell is told: `$(NAME)` is replaced where it is set, `$$(` is `$(`."""
    known = {**environment, "HOME": "/root"}
    text = re.sub(r"\$\$|\$\(([^)]*)\)",
                  lambda it: "$" if it[0] == "$$" else known.get(it[1], it[0]), command[-1])
    text = text.replace("exec candlelab", f"exec {program}")
    done = subprocess.run([*command[:-1], text], env=known | {"PATH": os.environ["PATH"]},
                          capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_jobs_are_what_kubernetes_takes():
    jsonschema.validate(jobs("--shards", "3"), SCHEMA)
    jsonschema.validate(jobs("-j", "2", "--memory", "2G", "--claim", "ml-2026", "03"), SCHEMA)


def test_the_schema_finds_mistakes():
    wrong = jobs()
    wrong["items"][0]["spec"]["backOffLimit"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_every_pod_has_a_shard_and_words_arrive_whole():
    grade, merge = jobs("--shards", "3", "--labs", "a b", "--out", "$(HOME)'s")["items"]
    assert grade["spec"]["completions"] == 3
    container = grade["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"] == {"cpu": "1", "memory": "4096Mi"}
    for index in range(3):
        words = as_kubernetes_runs(container["command"], {"JOB_COMPLETION_INDEX": str(index)},
                                   r"printf '%s\n'")
        run = words[words.index("--run-id") + 1]
        assert words == ["grade", "--shard", f"{index + 1}/3", "--run-id", run, "--jobs=1",
                         "--labs", "a b", "--out", "$(HOME)'s"]
    command = merge["spec"]["template"]["spec"]["containers"][0]["command"]
    words = as_kubernetes_runs(command, {}, r"printf '%s\n'")
    assert words == ["gradebook", "merge", "--shards", "3", "--wait", "86400", "--run-id", run,
                     "--", "$(HOME)'s"]
