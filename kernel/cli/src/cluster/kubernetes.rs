//! `candlelab grade --kubernetes IMAGE`: an indexed job that grades, and a job that merges.

use super::words::{passed_on, quoted, text};
use crate::cli::{ClusterArgs, GradeArgs};
use crate::exit::Exit;
use crate::print;
use serde_json::{Value, json};
use uuid::Uuid;

/// Where the volume is.
const FOLDER: &str = "/course";
/// How long merging waits for the parts, in seconds.
const DAY: u32 = 24 * 60 * 60;

/// Prints both jobs for `kubectl apply -f -`.
pub fn run(args: &GradeArgs, image: &str) -> anyhow::Result<Exit> {
    let run = Uuid::new_v4().to_string();
    let name = format!("candlelab-{}", &run[..8]);
    let jobs = [grading(args, image, &name, &run)?, merging(args, image, &name, &run)?];
    let list = json!({"apiVersion": "v1", "kind": "List", "items": jobs});
    print::line(serde_json::to_string_pretty(&list)?);
    Ok(Exit::Ok)
}

/// A pod for each part. What ends by our own decision (2: bad input, 7: some could not be graded)
/// ends the same way the next time; whatever else ends a pod is tried again.
fn grading(args: &GradeArgs, image: &str, name: &str, run: &str) -> anyhow::Result<Value> {
    let jobs = args.jobs.unwrap_or(1);
    let ClusterArgs { shards, claim, .. } = &args.cluster;
    let mut words = vec!["--run-id".to_owned(), run.into()];
    if args.jobs.is_none() {
        words.push("--jobs=1".into());
    }
    words.extend(passed_on()?);
    let words = escaped(&quoted(&words)?);
    // An index counts from 0. `$$(` is how Kubernetes is told that `$(` is not for it.
    let shard = format!("--shard \"$$((JOB_COMPLETION_INDEX + 1))/{shards}\"");
    let memory = format!("{}Mi", (args.memory >> 20) * u64::from(jobs));
    let mut pod = pod(image, claim, &format!("exec candlelab grade {shard} {words}"));
    pod["spec"]["containers"][0]["resources"] =
        json!({"requests": {"cpu": jobs.to_string(), "memory": memory}});
    Ok(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": format!("{name}-grade")},
        "spec": {
            "completionMode": "Indexed",
            "completions": shards,
            "parallelism": shards,
            "backoffLimitPerIndex": 3,
            "podFailurePolicy": {"rules": [{
                "action": "FailIndex",
                "onExitCodes": {"operator": "In", "values": [2, 7]},
            }]},
            "template": pod,
        },
    }))
}

/// One pod that waits for the parts: jobs of Kubernetes cannot wait for each other.
fn merging(args: &GradeArgs, image: &str, name: &str, run: &str) -> anyhow::Result<Value> {
    let ClusterArgs { shards, claim, .. } = &args.cluster;
    let (shards, wait) = (shards.to_string(), DAY.to_string());
    let words = ["--shards", &shards, "--wait", &wait, "--run-id", run, "--"];
    let mut words = words.map(ToOwned::to_owned).to_vec();
    words.push(text(args.out.clone().into())?);
    let words = escaped(&quoted(&words)?);
    Ok(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": format!("{name}-merge")},
        "spec": {
            "backoffLimit": 0,
            "template": pod(image, claim, &format!("exec candlelab gradebook merge {words}")),
        },
    }))
}

fn pod(image: &str, claim: &str, command: &str) -> Value {
    json!({"spec": {
        "restartPolicy": "Never",
        "containers": [{
            "name": "candlelab",
            "image": image,
            "command": ["/bin/sh", "-c", command],
            "workingDir": FOLDER,
            "volumeMounts": [{"name": "course", "mountPath": FOLDER}],
            // The usual filter of calls forbids the namespaces that the sandbox is made of.
            "securityContext": {"seccompProfile": {"type": "Unconfined"}},
        }],
        "volumes": [{"name": "course", "persistentVolumeClaim": {"claimName": claim}}],
    }})
}

/// Text in which Kubernetes replaces nothing.
fn escaped(text: &str) -> String {
    text.replace("$(", "$$(")
}
