"""The jobs that `candlelab grade --kubernetes` prints.

CANDLELAB names the binary under test.
"""

import json
import os
import re
import subprocess

from kubernetes.client import ApiClient

BINARY = os.environ["CANDLELAB"]


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


def understood(job):
    """What Kubernetes' own client, which is made of the schema of its API, knows of a job."""
    client = ApiClient()
    known = client.deserialize(json.dumps(job), "V1Job", "application/json")
    return client.sanitize_for_serialization(known)


def test_all_of_the_jobs_is_in_kubernetes_schema():
    for words in [["--shards", "3"], ["-j", "2", "--memory", "2G", "--claim", "ml-2026", "03"]]:
        printed = jobs(*words)
        assert (printed["apiVersion"], printed["kind"]) == ("v1", "List")
        for job in printed["items"]:
            assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
            assert understood(job) == job


def test_a_mistake_would_be_found():
    job = jobs()["items"][0]
    job["spec"]["backOffLimitPerIndex"] = job["spec"].pop("backoffLimitPerIndex")
    assert understood(job) != job


def test_every_pod_has_a_shard_and_words_arrive_whole():
    grade, merge = jobs("--shards", "3", "--seed", "7", "--labs", "a b", "--out",
                        "$(HOME)'s")["items"]
    assert grade["spec"]["completions"] == 3
    container = grade["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"] == {"cpu": "1", "memory": "4096Mi"}
    for index in range(3):
        words = as_kubernetes_runs(container["command"], {"JOB_COMPLETION_INDEX": str(index)},
                                   r"printf '%s\n'")
        run = words[words.index("--run-id") + 1]
        assert words == ["grade", "--shard", f"{index + 1}/3", "--run-id", run, "--jobs=1",
                         "--seed", "7", "--labs", "a b", "--out", "$(HOME)'s"]
    command = merge["spec"]["template"]["spec"]["containers"][0]["command"]
    words = as_kubernetes_runs(command, {}, r"printf '%s\n'")
    assert words == ["gradebook", "merge", "--shards", "3", "--wait", "86400", "--run-id", run,
                     "--", "$(HOME)'s"]
