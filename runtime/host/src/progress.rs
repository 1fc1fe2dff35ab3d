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
    let first = || display(&Bundle::text(line(0, total, Duration::ZERO, false)));
    let bar = (total != Some(0)).then(first);
    let now = Instant::now();
    Progress { items, total, bar, done: 0, has_ended: false, started: now, drawn: now }
}

/// The iterator that [`progress`] returns.
#[derive(Debug)]
pub struct Progress<I> {
    items: I,
    total: Option<usize>,
    bar: Option<Handle>,
    done: usize,
    has_ended: bool,
    started: Instant,
    drawn: Instant,
}

impl<I> Progress<I> {
    fn draw(&mut self) {
        self.drawn = Instant::now();
        if let Some(handle) = &self.bar {
            let text = line(self.done, self.total, self.started.elapsed(), self.has_ended);
            let html = bar(self.done, self.total) + &text;
            handle.update(&Bundle::text(text).with("text/html", html));
        }
    }

    fn end(&mut self) {
        if !self.has_ended {
            self.has_ended = true;
            self.draw();
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
            None => self.end(),
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
        self.end();
    }
}

/// `12/60 (20 %), 1.5 s, 6.0 s left`
fn line(done: usize, total: Option<usize>, elapsed: Duration, has_ended: bool) -> String {
    let elapsed = elapsed.as_secs_f64();
    let Some(total) = total else { return format!("{done}, {}", span(elapsed)) };
    let percent = 100 * done / total.max(1);
    let line = format!("{done}/{total} ({percent} %), {}", span(elapsed));
    if has_ended || done == 0 || done >= total {
        return line;
    }
    let left = elapsed * (total - done) as f64 / done as f64;
    format!("{line}, {} left", span(left))
}

/// Seconds in the unit in which people would tell them.
fn span(seconds: f64) -> String {
    match seconds {
        ..60.0 => format!("{seconds:.1} s"),
        ..3600.0 => format!("{:.1} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

fn bar(done: usize, total: Option<usize>) -> String {
    total.map_or_else(String::new, |total| {
        format!("<progress value='{done}' max='{total}'></progress> ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_left() {
        let told =
            |seconds, has_ended| line(12, Some(60), Duration::from_secs_f64(seconds), has_ended);
        assert_eq!(told(1.5, false), "12/60 (20 %), 1.5 s, 6.0 s left");
        assert_eq!(told(90.0, false), "12/60 (20 %), 1.5 min, 6.0 min left");
        assert_eq!(told(1800.0, false), "12/60 (20 %), 30.0 min, 2.0 h left");
        // Of a loop that was left early nothing is to come.
        assert_eq!(told(1.5, true), "12/60 (20 %), 1.5 s");
    }

    #[test]
    fn an_endless_iterator_shows_a_count() {
        assert_eq!(line(7, None, Duration::from_secs(2), false), "7, 2.0 s");
    }
}
