//! A progress bar around any iterator.

use crate::display::{Handle, display};
use crate::{Bundle, check_interrupt};
use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_millis(100);

/// Iterates over `items` under a progress bar, and stops when the user interrupts.
///
/// The bar is redrawn at most ten times a second, and once more where the loop ends.
///
/// ```
/// let total: u32 = candlelab_host::progress(1..=4).sum();
/// assert_eq!(total, 10);
/// ```
pub fn progress<I: IntoIterator>(items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let total = items.size_hint().1;
    let bar = (total != Some(0)).then(|| display(&Bundle::text(line(0, total, Duration::ZERO))));
    let now = Instant::now();
    Progress { items, total, bar, done: 0, shown: 0, started: now, drawn: now }
}

/// The iterator that [`progress`] returns.
#[derive(Debug)]
pub struct Progress<I> {
    items: I,
    total: Option<usize>,
    bar: Option<Handle>,
    done: usize,
    shown: usize,
    started: Instant,
    drawn: Instant,
}

impl<I> Progress<I> {
    fn draw(&mut self) {
        self.drawn = Instant::now();
        self.shown = self.done;
        if let Some(bar) = &self.bar {
            let elapsed = self.started.elapsed();
            let html = html(self.done, self.total, elapsed);
            let text = line(self.done, self.total, elapsed);
            bar.update(&Bundle::text(text).with("text/html", html));
        }
    }
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        check_interrupt();
        let item = self.items.next();
        match item {
            Some(_) => {
                if self.done > 0 && self.drawn.elapsed() >= PERIOD {
                    self.draw();
                }
                self.done += 1;
            }
            None => self.draw(),
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// A loop that is left early shows how far it came.
impl<I> Drop for Progress<I> {
    fn drop(&mut self) {
        if self.shown != self.done {
            self.draw();
        }
    }
}

/// `12/60 (20 %), 1.5 s, 6.0 s left`
fn line(done: usize, total: Option<usize>, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let Some(total) = total else { return format!("{done}, {seconds:.1} s") };
    let percent = 100 * done / total.max(1);
    if done == 0 || done >= total {
        return format!("{done}/{total} ({percent} %), {seconds:.1} s");
    }
    let left = seconds * (total - done) as f64 / done as f64;
    format!("{done}/{total} ({percent} %), {seconds:.1} s, {left:.1} s left")
}

fn html(done: usize, total: Option<usize>, elapsed: Duration) -> String {
    let bar = match total {
        Some(total) => format!("<progress value='{done}' max='{total}'></progress> "),
        None => String::new(),
    };
    format!("{bar}{}", line(done, total, elapsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_left() {
        let line = line(12, Some(60), Duration::from_millis(1500));
        assert_eq!(line, "12/60 (20 %), 1.5 s, 6.0 s left");
    }

    #[test]
    fn an_endless_iterator_shows_a_count() {
        assert_eq!(line(7, None, Duration::from_secs(2)), "7, 2.0 s");
    }
}
