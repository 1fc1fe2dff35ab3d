//! Which calls of the system there are: seccomp.

use super::Layer;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;

/// What compilers and programs of a course need. Whatever is not here is not there: looking into other
/// processes, mounting, loading code into the system, keys, queues and memory that outlive a process,
/// rings that go around this list, and calls that a newer kernel will bring.
#[rustfmt::skip]
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_read, libc::SYS_write, libc::SYS_readv, libc::SYS_writev, libc::SYS_pread64,
    libc::SYS_pwrite64, libc::SYS_preadv, libc::SYS_pwritev, libc::SYS_preadv2, libc::SYS_pwritev2,
    libc::SYS_openat, libc::SYS_close, libc::SYS_close_range, libc::SYS_fstat,
    libc::SYS_newfstatat, libc::SYS_statx, libc::SYS_lseek, libc::SYS_fcntl, libc::SYS_dup,
    libc::SYS_dup3, libc::SYS_pipe2, libc::SYS_ftruncate, libc::SYS_truncate, libc::SYS_fallocate,
    libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_getdents64, libc::SYS_getcwd, libc::SYS_chdir,
    libc::SYS_fchdir, libc::SYS_mkdirat, libc::SYS_unlinkat, libc::SYS_renameat,
    libc::SYS_renameat2, libc::SYS_linkat, libc::SYS_symlinkat, libc::SYS_readlinkat,
    libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_fchmod, libc::SYS_fchmodat,
    libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_umask, libc::SYS_utimensat, libc::SYS_flock,
    libc::SYS_copy_file_range, libc::SYS_sendfile, libc::SYS_statfs, libc::SYS_fstatfs,
    libc::SYS_fadvise64, libc::SYS_readahead, libc::SYS_mmap, libc::SYS_munmap, libc::SYS_mremap,
    libc::SYS_mprotect, libc::SYS_madvise, libc::SYS_mlock, libc::SYS_munlock, libc::SYS_mincore,
    libc::SYS_msync, libc::SYS_brk, libc::SYS_membarrier, libc::SYS_execve, libc::SYS_exit,
    libc::SYS_exit_group, libc::SYS_wait4, libc::SYS_waitid, libc::SYS_kill, libc::SYS_tgkill,
    libc::SYS_tkill, libc::SYS_getpid, libc::SYS_getppid, libc::SYS_gettid, libc::SYS_getpgid,
    libc::SYS_getsid, libc::SYS_setpgid, libc::SYS_setsid, libc::SYS_getuid, libc::SYS_geteuid,
    libc::SYS_getgid, libc::SYS_getegid, libc::SYS_getresuid, libc::SYS_getresgid,
    libc::SYS_getgroups, libc::SYS_prctl, libc::SYS_set_tid_address, libc::SYS_set_robust_list,
    libc::SYS_get_robust_list, libc::SYS_rseq, libc::SYS_sched_yield, libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity, libc::SYS_sched_getparam, libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max, libc::SYS_sched_get_priority_min, libc::SYS_getpriority,
    libc::SYS_setpriority, libc::SYS_getrlimit, libc::SYS_setrlimit, libc::SYS_prlimit64,
    libc::SYS_getrusage, libc::SYS_times, libc::SYS_sysinfo, libc::SYS_uname, libc::SYS_getcpu,
    libc::SYS_capget, libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending, libc::SYS_rt_sigtimedwait, libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo, libc::SYS_sigaltstack,
    libc::SYS_restart_syscall, libc::SYS_clock_gettime, libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep, libc::SYS_nanosleep, libc::SYS_gettimeofday, libc::SYS_timer_create,
    libc::SYS_timer_settime, libc::SYS_timer_gettime, libc::SYS_timer_delete,
    libc::SYS_timer_getoverrun, libc::SYS_setitimer, libc::SYS_getitimer, libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime, libc::SYS_timerfd_gettime, libc::SYS_futex, libc::SYS_futex_waitv,
    libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_epoll_create1, libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait, libc::SYS_eventfd2, libc::SYS_signalfd4, libc::SYS_connect,
    libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4, libc::SYS_getsockname,
    libc::SYS_getpeername, libc::SYS_sendto, libc::SYS_recvfrom, libc::SYS_sendmsg,
    libc::SYS_recvmsg, libc::SYS_sendmmsg, libc::SYS_recvmmsg, libc::SYS_shutdown,
    libc::SYS_setsockopt, libc::SYS_getsockopt, libc::SYS_getrandom,
    libc::SYS_landlock_create_ruleset, libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
];

/// The same by their older names.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const OLDER: &[libc::c_long] = &[
    libc::SYS_open, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_pipe,
    libc::SYS_dup2, libc::SYS_mkdir, libc::SYS_rmdir, libc::SYS_unlink, libc::SYS_rename,
    libc::SYS_link, libc::SYS_symlink, libc::SYS_readlink, libc::SYS_chmod, libc::SYS_chown,
    libc::SYS_lchown, libc::SYS_creat, libc::SYS_getdents, libc::SYS_poll, libc::SYS_select,
    libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat, libc::SYS_epoll_create,
    libc::SYS_epoll_wait, libc::SYS_eventfd, libc::SYS_signalfd, libc::SYS_fork, libc::SYS_vfork,
    libc::SYS_getpgrp, libc::SYS_pause, libc::SYS_alarm, libc::SYS_time, libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[libc::c_long] = &[];

/// Flags of `clone` that make namespaces.
const NAMESPACES: libc::c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// Requests to a terminal that type for its user.
const TYPING: [u64; 2] = [0x5412, 0x541c]; // TIOCSTI, TIOCLINUX

pub fn enter() -> Layer {
    let result = restrict().map(|count| format!("seccomp, {count} calls and no other"));
    Layer { name: "calls", result: result.map_err(|error| error.to_string()) }
}

fn restrict() -> Result<usize, Box<dyn std::error::Error>> {
    let rules = rules()?;
    let count = rules.len();
    // As on a system that has never heard of it: programs then use what there is.
    let absent = SeccompAction::Errno(libc::ENOSYS as u32);
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(rules, absent, SeccompAction::Allow, architecture)?;
    apply_filter(&BpfProgram::try_from(filter)?)?;
    Ok(count)
}

fn rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let is =
        |argument, how, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value);
    let mut rules: BTreeMap<_, _> =
        ALLOWED.iter().chain(OLDER).map(|call| (*call, Vec::new())).collect();
    let local = is(0, SeccompCmpOp::Eq, libc::AF_UNIX as u64)?;
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        rules.insert(call, vec![SeccompRule::new(vec![local.clone()])?]);
    }
    let plain = is(0, SeccompCmpOp::MaskedEq(NAMESPACES as u32 as u64), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![plain])?]);
    let types_nothing = TYPING.map(|request| is(1, SeccompCmpOp::Ne, request));
    let types_nothing: Result<Vec<_>, _> = types_nothing.into_iter().collect();
    rules.insert(libc::SYS_ioctl, vec![SeccompRule::new(types_nothing?)?]);
    Ok(rules)
}
