use crate::exchange::Exchange;
use candlelab_protocol::{Error, HostMemory, ReplyStatus, UsageReply};
use std::sync::{Mutex, PoisonError};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::task::spawn_blocking;

/// What the kernel uses. Remembers the last answer, since processor time is counted from there.
#[derive(Default)]
pub(crate) struct Usage(Mutex<Option<System>>);

/// Tells what the kernel and its machine use.
pub(crate) async fn answer(exchange: &Exchange) {
    let usage = exchange.kernel.usage.clone();
    let measured = spawn_blocking(move || usage.measure()).await.map_err(|it| it.to_string());
    match measured.and_then(|reply| reply.map_err(|error| error.to_string())) {
        Ok(reply) => exchange.reply(&reply).await,
        Err(evalue) => exchange.reply_error(Error::new("UsageError", evalue)).await,
    }
}

impl Usage {
    fn measure(&self) -> Result<UsageReply, sysinfo::Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let system = match &mut *last {
            Some(system) => system,
            last => last.insert(System::new()?),
        };
        refresh(system);
        let pid = std::process::id();
        let family = family(system, Pid::from_u32(pid));
        let processes = || family.iter().filter_map(|pid| system.process(*pid));
        Ok(UsageReply {
            status: ReplyStatus::Ok,
            hostname: System::host_name().unwrap_or_default(),
            pid,
            kernel_cpu: processes().map(|process| process.cpu_usage()).sum(),
            kernel_memory: processes().map(|process| process.memory()).sum(),
            cpu_count: system.cpus().len(),
            host_cpu_percent: system.global_cpu_usage(),
            host_virtual_memory: host_memory(system),
        })
    }
}

fn refresh(system: &mut System) {
    system.refresh_memory();
    system.refresh_cpu_usage();
    let what = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
}

/// A process and all that it started, directly or not.
fn family(system: &System, root: Pid) -> Vec<Pid> {
    let mut family = vec![root];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        let children = system.processes().values().filter(|it| it.parent() == Some(parent));
        family.extend(children.map(|child| child.pid()));
        next += 1;
    }
    family
}

fn host_memory(system: &System) -> HostMemory {
    let (total, available) = (system.total_memory(), system.available_memory());
    HostMemory {
        total,
        available,
        percent: 100.0 * total.saturating_sub(available) as f64 / total.max(1) as f64,
        used: system.used_memory(),
        free: system.free_memory(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn children_belong_to_the_family() {
        let mut child = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().expect("run");
        let mut system = System::new().expect("a system");
        refresh(&mut system);
        let family = family(&system, Pid::from_u32(std::process::id()));
        child.kill().expect("killed");
        child.wait().expect("ended");
        assert!(family.contains(&Pid::from_u32(child.id())), "{family:?}");
    }
}
