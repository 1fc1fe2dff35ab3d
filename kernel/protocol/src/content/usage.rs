//! What a kernel uses; named by ipykernel, no part of the specification.

use super::{ReplyStatus, content};
use serde::{Deserialize, Serialize};

/// Asks what the kernel uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRequest {}

/// What the kernel uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// The machine.
    pub hostname: String,
    /// The kernel's process.
    pub pid: u32,
    /// Processor time since the last question, in percent of one core, with all child processes.
    pub kernel_cpu: f32,
    /// Resident memory in bytes, with all child processes.
    pub kernel_memory: u64,
    /// How many cores the machine has.
    pub cpu_count: usize,
    /// Processor time of the whole machine, in percent.
    pub host_cpu_percent: f32,
    /// Memory of the whole machine.
    pub host_virtual_memory: HostMemory,
}

/// Memory of the whole machine, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostMemory {
    /// All there is.
    pub total: u64,
    /// What new processes can have.
    pub available: u64,
    /// What they cannot have, in percent of the total.
    pub percent: f64,
    /// What processes have.
    pub used: u64,
    /// What holds nothing, not even a cache.
    pub free: u64,
}

content! { UsageRequest = "usage_request", UsageReply = "usage_reply" }
