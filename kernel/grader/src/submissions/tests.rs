use super::*;
use serde_json::json;
use std::fs;
use std::io::{Cursor, Write};
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// A folder to hand things in.
struct Hall(TempDir);

impl Hall {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn archive(&self, files: &[(&str, &str)]) -> PathBuf {
        let mut writer = ZipWriter::new(File::create(self.path("all.zip")).unwrap());
        for (i, (name, content)) in (0..).zip(files) {
            let at = DateTime::from_date_and_time(2026, 7, 1, 12, i, 0).unwrap();
            writer.start_file(*name, SimpleFileOptions::default().last_modified_time(at)).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        self.path("all.zip")
    }
}

pub fn lab(name: &str) -> Lab {
    let about = json!({"lab": name, "title": "", "question": "", "lecture": "", "goals": [],
        "minutes": 1, "data": [], "seconds": {"full": 1, "fast": 1}});
    let cells: Vec<_> = ["x", "y", "z"]
        .map(|id| {
            json!({"cell_type": "code", "id": format!("{name}-{id}"), "metadata": {},
            "source": "1", "outputs": [], "execution_count": null})
        })
        .into();
    let text = json!({"cells": cells, "metadata": {"candlelab": about}, "nbformat": 4,
        "nbformat_minor": 5});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab.ipynb");
    fs::write(&path, text.to_string()).unwrap();
    Lab::read(path).unwrap()
}

fn read(path: &Path, roster: Option<&Roster>) -> HandedIn {
    let labs = [lab("01-lines"), lab("02-curves")];
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    submissions(path, &Intake { labs: labs.iter().collect(), zone, roster }).unwrap()
}

fn names(found: &HandedIn) -> Vec<String> {
    found.submissions.iter().map(|it| format!("{} {}", it.student, it.lab)).collect()
}

/// What is said of each thing that is no submission, without its name.
fn said(found: &HandedIn) -> Vec<&str> {
    found.problems.iter().map(|it| it.split_once(": ").map_or(it.as_str(), |it| it.1)).collect()
}

#[test]
fn notebooks_are_found_and_links_are_not_followed() {
    let hall = Hall::new();
    for lab in ["ada/01/lab.ipynb", "ada/02/mine.ipynb", "bob/01/x.ipynb", "bob/01/y.ipynb"] {
        hall.write(lab, "{}");
    }
    fs::create_dir_all(hall.path("eve/01")).unwrap();
    fs::create_dir_all(hall.path("eve/02")).unwrap();
    #[cfg(unix)]
    for (from, to) in [("ada", "mallory"), ("ada/01/lab.ipynb", "eve/02/lab.ipynb")] {
        std::os::unix::fs::symlink(hall.path(from), hall.path(to)).unwrap();
    }
    let found = read(hall.0.path(), None);
    assert_eq!(names(&found), ["ada 01", "ada 02"]);
    let expected = [
        "there are several notebooks, and none is `lab.ipynb`",
        "there is no notebook",
        "the notebook is no plain file",
    ];
    assert_eq!(said(&found), expected);
}

#[test]
fn the_time_of_handing_in_is_the_one_noted_or_that_of_the_file() {
    let hall = Hall::new();
    hall.write("ada/01/lab.ipynb", "{}");
    hall.write("ada/01/timestamp.txt", "2026-07-01 12:00:00.25 America/New_York\n");
    let path = hall.write("bob/01/lab.ipynb", "{}");
    hall.write("bob/01/timestamp.txt", "yesterday");
    let file = File::options().write(true).open(path).unwrap();
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_000_000);
    file.set_modified(at).unwrap();
    let found = read(hall.0.path(), None).submissions;
    let times: Vec<String> = found.iter().map(|it| it.submitted_at.unwrap().to_string()).collect();
    assert_eq!(times, ["2026-07-01T16:00:00.25Z", "2026-06-21T00:00:00Z"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStrExt;
    let hall = Hall::new();
    for name in [&b"m\xfcller"[..], b"m\xf6ller", b"m%FCller", b"m\x1b[2Jller"] {
        let folder = hall.0.path().join(std::ffi::OsStr::from_bytes(name)).join("01");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lab.ipynb"), "{}").unwrap();
    }
    let found = read(hall.0.path(), None);
    let expected = ["m%1B[2Jller 01", "m%25FCller 01", "m%F6ller 01", "m%FCller 01"];
    assert_eq!(names(&found), expected);
}

fn notebook(lab: &str) -> String {
    json!({"cells": [], "metadata": {"candlelab": {"lab": lab}}, "nbformat": 4,
        "nbformat_minor": 5})
    .to_string()
}

#[test]
fn archives_of_platforms_are_read_and_the_last_attempt_counts() {
    let hall = Hall::new();
    let (lines, curves) = (notebook("01-lines"), notebook("02-curves"));
    let path = hall.archive(&[
        ("Ada Lovelace_12_assignsubmission_file/lab.ipynb", &lines),
        ("Ada Lovelace_12_assignsubmission_file/lab-1.ipynb", &lines),
        ("Ada Lovelace_12_assignsubmission_file/other.ipynb", &curves),
        ("mallorybob_LATE_34_56_lab.ipynb", &lines),
        ("Lab 1_eve_attempt_2026-07-02-10-00-00_new.ipynb", &lines),
        ("Lab 1_eve_attempt_2026-07-01-10-00-00_old.ipynb", &lines),
        ("Lab 1_eve_attempt_2026-07-02-10-00-00.txt", "a receipt"),
        ("submitted/dan/02-curves/lab.ipynb", &lines),
        ("Lab 1_tom_attempt_2026-07-01-10-00-00.txt", "a receipt"),
        ("fay_1_2_notes.ipynb", &notebook("77-other")),
    ]);
    let found = read(&path, None);
    let expected = [
        "Ada Lovelace_12 01-lines",
        "Ada Lovelace_12 02-curves",
        "dan 02-curves",
        "eve 01-lines",
        "mallorybob_34 01-lines",
    ];
    assert_eq!(names(&found), expected);
    let all = &found.submissions;
    let again = "it was handed in 2 times; the last one counts, `";
    assert!(all[0].notes[0].starts_with(again) && all[0].notes[0].ends_with("lab-1.ipynb`"));
    assert!(all[3].notes[0].starts_with(again) && all[3].notes[0].ends_with("new.ipynb`"));
    assert_eq!(all[4].notes, ["the platform calls it late"]);
    assert_eq!(all[3].submitted_at.unwrap().to_string(), "2026-07-02T08:00:00Z");
    // Twelve o'clock and a minute in Berlin.
    assert_eq!(all[0].submitted_at.unwrap().to_string(), "2026-07-01T10:01:00Z");
    assert_eq!(all[0].read().unwrap(), lines.as_bytes());
    assert_eq!(found.problems.len(), 2, "{:?}", found.problems);
    assert!(found.problems[0].contains("`tom` handed in no notebook"));
    assert!(found.problems[1].ends_with("belongs to no lab"));
}

#[test]
fn an_archive_reaches_nothing_and_unpacks_to_nothing() {
    let hall = Hall::new();
    let path = hall.path("all.zip");
    let mut writer = ZipWriter::new(File::create(&path).unwrap());
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let packed = plain.compression_method(CompressionMethod::Deflated);
    let good = notebook("01-lines");
    for (name, options, content) in [
        ("ada/01-lines/lab.ipynb", plain, good.clone().into_bytes()),
        ("../../outside/01-lines/lab.ipynb", plain, good.clone().into_bytes()),
        ("/root/abs/01-lines/lab.ipynb", plain, good.clone().into_bytes()),
        ("bomb/01-lines/lab.ipynb", packed, vec![b' '; 60 << 20]),
        ("large/01-lines/lab.ipynb", plain, vec![b' '; (64 << 20) + 1]),
        ("nested/01-lines/lab.zip", plain, archive_of(&good)),
        ("dan/01-lines/\u{1b}[2J.ipynb", plain, good.clone().into_bytes()),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.add_symlink("link/01-lines/lab.ipynb", "/etc/passwd", plain).unwrap();
    writer.finish().unwrap();
    let found = read(&path, None);
    assert_eq!(names(&found), ["abs 01-lines", "ada 01-lines", "dan 01-lines"]);
    let said = said(&found);
    assert_eq!(said[0], "its path leads out of the archive");
    assert!(said[1].starts_with("it would unpack to "), "{said:?}");
    let expected =
        ["it has more than 64 MB", "an archive in an archive is not opened", "it is no plain file"];
    assert_eq!(said[2..], expected);
    assert!(found.submissions.iter().all(|it| !it.path.to_string_lossy().contains('\u{1b}')));
    assert_eq!(fs::read_dir(hall.0.path()).unwrap().count(), 1);
}

fn archive_of(content: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("lab.ipynb", SimpleFileOptions::default()).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_that_lies_about_a_size_is_found_out() {
    let hall = Hall::new();
    let path = hall.archive(&[("ada/01-lines/lab.ipynb", &" ".repeat(65 << 20))]);
    let mut bytes = fs::read(&path).unwrap();
    // The size in the list of files at the end, before its name.
    let name = b"ada/01-lines/lab.ipynb";
    let at = bytes.windows(name.len()).rposition(|it| it == name).unwrap();
    bytes[at - 22..at - 18].copy_from_slice(&1000_u32.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let found = read(&path, None);
    let result = found.submissions[0].read();
    assert!(result.is_err(), "{} bytes were read", result.unwrap().len());
}

#[test]
fn what_is_no_archive_is_said() {
    let hall = Hall::new();
    for (name, content) in [("a.zip", "no archive"), ("b.tar.gz", "")] {
        let path = hall.write(name, content);
        let intake = Intake { labs: vec![], zone: TimeZone::UTC, roster: None };
        let error = submissions(&path, &intake).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot read `{}`: ", path.display())), "{error}");
    }
}

#[test]
fn students_are_those_of_the_list() {
    let hall = Hall::new();
    let lines = notebook("01-lines");
    let path = hall.archive(&[
        ("Ada Lovelace_12_assignsubmission_file/lab.ipynb", &lines),
        ("lovelaceada_99_1_lab.ipynb", &lines),
        ("eve/01-lines/lab.ipynb", &lines),
    ]);
    let list = "id,first_name,last_name,lms_user_id\nal1,Ada,Lovelace,12\nbob,,,\n";
    let roster = Roster::parse(list.as_bytes(), Path::new("students.csv")).unwrap();
    let found = read(&path, Some(&roster));
    assert_eq!(names(&found), ["al1 01-lines", "eve 01-lines"]);
    assert!(found.submissions[0].notes[0].starts_with("it was handed in 2 times"));
    assert_eq!(found.submissions[1].notes, ["`eve` is not in the list of students"]);
}

#[test]
fn a_notebook_by_itself_is_its_files() {
    let hall = Hall::new();
    let path = hall.write("ada.ipynb", &notebook("02-curves"));
    assert_eq!(names(&read(&path, None)), ["ada 02-curves"]);
}
