//! The front end of a headless run: it keeps what a user would see.

use crate::Notebook;
use crate::bounded::Bounded;
use crate::output::Output;
use crate::widgets::Widgets;
use candlelab_engine::{Bundle, CellError, Event, Frontend, StreamName};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many outputs of a cell are kept, and how many bytes of them beside what it prints.
const MOST: usize = 5_000;
const MOST_BYTES: usize = 256 << 20;

/// Collects the outputs of all cells of a run.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Recording>);

#[derive(Default)]
struct Recording {
    /// The number and the outputs of cells, by their position.
    cells: BTreeMap<usize, (usize, Vec<Output>)>,
    /// The position and the number of the running cell.
    position: usize,
    number: usize,
    /// What the displays of the running cell hold, those of widgets and replaced ones included.
    bytes: usize,
    /// How many events there have been.
    version: u64,
    /// The next output replaces those so far.
    clear_next: bool,
    widgets: Widgets,
}

impl Recorder {
    /// What follows belongs to the cell at this position, which runs as `In[number]`.
    pub fn begin(&self, position: usize, number: usize) {
        let mut recording = self.lock();
        recording.cells.insert(position, (number, Vec::new()));
        (recording.position, recording.number) = (position, number);
        recording.clear_next = false;
        recording.bytes = 0;
        recording.version += 1;
    }

    /// The error that ended the running cell.
    pub fn error(&self, error: CellError) {
        let mut recording = self.lock();
        recording.clear_if_due();
        recording.outputs().push(Output::Error(error));
    }

    /// What the running cell has printed so far.
    pub fn printed(&self) -> String {
        let mut recording = self.lock();
        let streams = recording.outputs().iter().filter_map(|output| match output {
            Output::Stream { text, .. } => Some(text.text()),
            _ => None,
        });
        streams.collect()
    }

    /// Tells this state from others.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// Puts the outputs of each cell that has begun, and the states of all widgets, into a notebook.
    pub fn store(&self, notebook: &mut Notebook) {
        let recording = self.lock();
        for (position, (number, outputs)) in &recording.cells {
            let outputs = outputs.iter().map(Output::to_json).collect();
            notebook.set_outputs(*position, Some(*number), outputs);
        }
        notebook.set_widgets(recording.widgets.to_json());
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Frontend for Recorder {
    fn event(&self, event: Event) {
        let mut recording = self.lock();
        recording.version += 1;
        if !recording.has_room_for(&event) {
            return;
        }
        match event {
            Event::Stream { name, text } => recording.stream(name, &text),
            Event::Display { data, display_id: Some(id), update: true } => {
                recording.update(&id, &data);
            }
            // An update without a name updates nothing.
            Event::Display { update: true, .. } => {}
            Event::Display { data, display_id, .. } => {
                recording.push(Output::Display { data, id: display_id });
            }
            Event::Result { data } => {
                let count = recording.number;
                recording.push(Output::Result { data, count });
            }
            Event::Clear { wait: true } => recording.clear_next = true,
            Event::Clear { wait: false } => recording.outputs().clear(),
            Event::Comm(comm) => recording.widgets.take(&comm),
        }
    }

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}

impl Recording {
    fn outputs(&mut self) -> &mut Vec<Output> {
        &mut self.cells.entry(self.position).or_default().1
    }

    /// Whether what an event shows is kept; of the first that is not, the notebook tells.
    fn has_room_for(&mut self, event: &Event) -> bool {
        let size = match event {
            Event::Display { data, .. } | Event::Result { data } => size_of(data),
            Event::Comm(comm) => size_of(&comm.data),
            Event::Stream { .. } | Event::Clear { .. } => 0,
        };
        let had_room = self.bytes <= MOST_BYTES;
        self.bytes = self.bytes.saturating_add(size);
        if had_room && self.bytes > MOST_BYTES {
            self.left_out();
        }
        size == 0 || self.bytes <= MOST_BYTES
    }

    fn left_out(&mut self) {
        let mut text = Bounded::default();
        text.push("further outputs are left out\n");
        self.outputs().push(Output::Stream { name: StreamName::Stderr, text });
    }

    fn clear_if_due(&mut self) {
        if std::mem::take(&mut self.clear_next) {
            self.outputs().clear();
        }
    }

    fn push(&mut self, output: Output) {
        self.clear_if_due();
        let outputs = self.outputs();
        match outputs.len() {
            ..MOST => outputs.push(output),
            MOST => self.left_out(),
            _ => {}
        }
    }

    /// Adds to the last output where that is the same stream.
    fn stream(&mut self, name: StreamName, text: &str) {
        let clears = self.clear_next;
        match self.outputs().last_mut() {
            Some(Output::Stream { name: last, text: so_far }) if *last == name && !clears => {
                so_far.push(text);
            }
            _ => {
                let mut first = Bounded::default();
                first.push(text);
                self.push(Output::Stream { name, text: first });
            }
        }
    }

    /// Replaces every display of that name, also those of earlier cells.
    fn update(&mut self, id: &str, new: &Bundle) {
        for output in self.cells.values_mut().flat_map(|(_, outputs)| outputs) {
            if let Output::Display { data, id: Some(own) } = output
                && own == id
            {
                data.clone_from(new);
            }
        }
    }
}

/// How many bytes of text a bundle holds.
fn size_of(data: &Bundle) -> usize {
    fn size(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(|it| 8 + size(it)).sum(),
            Value::Object(map) => map.iter().map(|(key, it)| key.len() + size(it)).sum(),
            _ => 8,
        }
    }
    data.values().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(text: &str) -> Bundle {
        Bundle::from_iter([("text/plain".to_owned(), text.into())])
    }

    fn display(content: &str, id: &str, update: bool) -> Event {
        Event::Display { data: text(content), display_id: Some(id.into()), update }
    }

    fn print(content: &str) -> Event {
        Event::Stream { name: StreamName::Stdout, text: content.into() }
    }

    /// The outputs of one cell after these events, each as its text.
    #[track_caller]
    fn check(events: Vec<Event>, expected: &[&str]) {
        let recorder = Recorder::default();
        recorder.begin(0, 1);
        events.into_iter().for_each(|event| recorder.event(event));
        assert_eq!(texts(&recorder, 0), expected);
    }

    fn outputs(recorder: &Recorder, position: usize) -> Vec<Value> {
        let cell = json!({"cell_type": "code", "source": ""});
        let root = json!({"cells": vec![cell; 5], "nbformat": 4, "nbformat_minor": 4});
        let mut notebook = Notebook::parse(root.to_string().as_bytes(), "a.ipynb").unwrap();
        recorder.store(&mut notebook);
        notebook.cells().nth(position).unwrap().outputs().to_vec()
    }

    fn texts(recorder: &Recorder, position: usize) -> Vec<String> {
        let outputs = outputs(recorder, position);
        let content = |output: &Value| match &output["text"] {
            Value::Null => crate::json::join(&output["data"]["text/plain"]),
            stream => crate::json::join(stream),
        };
        outputs.iter().map(|output| content(output).unwrap()).collect()
    }

    #[test]
    fn parts_of_a_stream_become_one_output() {
        let error = Event::Stream { name: StreamName::Stderr, text: "c".into() };
        check(vec![print("a\r"), print("b"), error, print("d")], &["a\rb", "c", "d"]);
    }

    #[test]
    fn clearing_waits_for_the_next_output() {
        let wait = || Event::Clear { wait: true };
        check(vec![print("a"), wait()], &["a"]);
        check(vec![print("a"), wait(), print("b")], &["b"]);
        check(vec![print("a"), Event::Clear { wait: false }], &[]);
        check(vec![display("a", "x", false), wait(), display("b", "x", true)], &["b"]);
    }

    #[test]
    fn updates_reach_earlier_cells() {
        let recorder = Recorder::default();
        recorder.begin(0, 1);
        recorder.event(display("old", "curve", false));
        recorder.event(display("other", "table", false));
        recorder.begin(1, 2);
        recorder.event(display("new", "curve", true));
        recorder.event(display("never shown", "unknown", true));
        assert_eq!(texts(&recorder, 0), ["new", "other"]);
        assert_eq!(outputs(&recorder, 1), Vec::<Value>::new());
    }

    #[test]
    fn a_flood_of_outputs_is_cut_short() {
        let flood = |index: usize| display("a", &index.to_string(), false);
        let mut expected = vec!["a"; MOST];
        expected.push("further outputs are left out\n");
        check((0..2 * MOST).map(flood).collect(), &expected);
    }

    #[test]
    fn large_outputs_are_left_out_beyond_a_limit() {
        let large = "a".repeat(MOST_BYTES / 2);
        let show = |id| display(&large, id, false);
        let notice = "further outputs are left out\n";
        check(vec![show("1"), show("2"), print("b")], &[&large, notice, "b"]);
        check(vec![show("1"), display(&large, "1", true), show("2")], &[&large, notice]);
    }

    #[test]
    fn results_carry_the_cells_number() {
        let recorder = Recorder::default();
        recorder.begin(4, 3);
        recorder.event(Event::Result { data: text("6") });
        let expected = json!({"data": {"text/plain": ["6"]}, "execution_count": 3, "metadata": {},
            "output_type": "execute_result"});
        assert_eq!(outputs(&recorder, 4), [expected]);
    }
}
