//! Shows how the store's build goes.

use crate::print;
use candlelab_engine::rust::store;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// A bar on a terminal, lines elsewhere; nothing where the store is there already.
#[derive(Default)]
pub struct Progress {
    started: Option<Instant>,
    last_line: Option<Instant>,
    bar: Option<ProgressBar>,
}

/// How often a line appears where there is no terminal.
const LINES_EVERY: Duration = Duration::from_secs(10);

const TEMPLATE: &str =
    "{spinner} building the runtime [{bar:24}] {pos}/{len} crates, {elapsed}: {wide_msg}";

impl Progress {
    /// Shows an event.
    pub fn show(&mut self, event: store::Progress) {
        match event {
            store::Progress::Waiting => {
                print::note("another process is building the runtime; waiting for it");
            }
            store::Progress::Building { crate_name, done, total } => {
                self.building(&crate_name, done, total);
            }
            store::Progress::Finished(time) => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                print::note(format_args!("built the runtime in {:.0} s", time.as_secs_f64()));
            }
        }
    }

    fn building(&mut self, crate_name: &str, done: usize, total: usize) {
        if self.started.is_none() {
            print::note("building the runtime, once for this machine; this takes a few minutes");
        }
        let started = *self.started.get_or_insert_with(Instant::now);
        if stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(bar);
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            bar.set_message(crate_name.to_owned());
        } else if self.last_line.is_none_or(|last| last.elapsed() >= LINES_EVERY) {
            self.last_line = Some(Instant::now());
            let seconds = started.elapsed().as_secs();
            print::note(format_args!("built {done} of {total} crates, {seconds} s: {crate_name}"));
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is valid");
    bar.set_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
