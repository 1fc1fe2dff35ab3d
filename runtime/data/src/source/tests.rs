//! The embedded files stand in for the official ones.

use super::*;
use std::io::{Read, Write};
use std::net::TcpListener;
use tempfile::TempDir;

fn places(folder: &TempDir) -> Places {
    Places {
        folder: Some(folder.path().join("data")),
        cache: Some(folder.path().join("cache")),
        mirrors: Vec::new(),
        sums: |kind| sha256(kind.embedded()),
    }
}

/// Puts the embedded files into a folder.
fn fill(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for kind in Kind::ALL {
        std::fs::write(folder.join(kind.gzip()), kind.embedded()).unwrap();
    }
}

/// Serves the embedded files, as often as asked.
fn mirror() -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in server.incoming().flatten() {
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                let len = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..len]).into_owned();
                let kind =
                    Kind::ALL.into_iter().find(|kind| request.contains(&kind.gzip())).unwrap();
                let file = kind.embedded();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    file.len()
                )
                .unwrap();
                stream.write_all(file).unwrap();
            });
        }
    });
    address
}

/// A server that refuses: nothing listens there any more.
fn nobody() -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", server.local_addr().unwrap())
}

fn source(places: &Places) -> Source {
    find(places).unwrap().source
}

#[test]
fn the_users_folder_comes_first() {
    let folder = TempDir::new().unwrap();
    let places = places(&folder);
    fill(&folder.path().join("data/mnist"));
    fill(&folder.path().join("cache"));
    assert_eq!(source(&places), Source::Folder(folder.path().join("data/mnist")));
}

#[test]
fn the_cache_comes_second() {
    let folder = TempDir::new().unwrap();
    let places = places(&folder);
    fill(&folder.path().join("cache"));
    assert_eq!(source(&places), Source::Cache(folder.path().join("cache")));
}

#[test]
fn a_download_comes_third_and_fills_the_cache() {
    let folder = TempDir::new().unwrap();
    let mut places = places(&folder);
    places.mirrors = vec![nobody(), mirror()];
    let Source::Download { mirror, note } = source(&places) else { panic!("not downloaded") };
    assert_eq!((&mirror, note), (&places.mirrors[1], None));
    assert_eq!(source(&places), Source::Cache(folder.path().join("cache")));
    assert_eq!(std::fs::read_dir(folder.path().join("cache")).unwrap().count(), 4);
}

#[test]
fn the_embedded_set_comes_last_and_tells_why() {
    let folder = TempDir::new().unwrap();
    let mut places = places(&folder);
    places.mirrors = vec![nobody()];
    let text = source(&places).to_string();
    assert!(text.starts_with("comes with candlelab (CANDLELAB_DATA is set, but "), "{text}");
    assert!(text.contains("cannot download http://127.0.0.1"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn without_consent_and_folders_the_embedded_set_needs_no_note() {
    let places = Places { folder: None, cache: None, mirrors: Vec::new(), sums: |_| String::new() };
    assert_eq!(source(&places), Source::Embedded { note: None });
}

#[test]
fn a_damaged_cache_is_not_used() {
    let folder = TempDir::new().unwrap();
    let mut places = places(&folder);
    places.folder = None;
    let cache = folder.path().join("cache");
    fill(&cache);
    std::fs::write(cache.join(Kind::TestLabels.gzip()), b"half").unwrap();
    let text = source(&places).to_string();
    assert!(text.contains("t10k-labels-idx1-ubyte.gz in the cache is damaged"), "{text}");
}

#[test]
fn a_server_with_other_files_is_not_believed() {
    let folder = TempDir::new().unwrap();
    let mut places = places(&folder);
    (places.mirrors, places.sums) = (vec![mirror()], |kind: Kind| kind.official().to_owned());
    let text = source(&places).to_string();
    assert!(text.contains("whose sha256 is not that of MNIST"), "{text}");
    assert!(!folder.path().join("cache").exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_note() {
    let folder = TempDir::new().unwrap();
    let mut places = places(&folder);
    places.mirrors = vec![mirror()];
    std::fs::write(folder.path().join("cache"), b"a file").unwrap();
    let text = source(&places).to_string();
    assert!(
        text.starts_with("downloaded from http://127.0.0.1") && text.contains("(not kept in "),
        "{text}"
    );
}

#[test]
fn a_folder_without_the_files_is_an_error_that_lists_it() {
    let folder = TempDir::new().unwrap();
    let places = places(&folder);
    let mnist = folder.path().join("data/mnist");
    fill(&mnist);
    std::fs::remove_file(mnist.join(Kind::TestImages.gzip())).unwrap();
    let text = find(&places).unwrap_err().to_string();
    assert!(
        text.starts_with("no file `t10k-images-idx3-ubyte` (or `t10k-images-idx3-ubyte.gz`) in "),
        "{text}"
    );
    assert!(text.contains("hint: found there: t10k-labels-idx1-ubyte.gz, train-images"), "{text}");
}

#[test]
fn a_folder_may_hold_plain_files_and_other_test_names() {
    let folder = TempDir::new().unwrap();
    fill(folder.path());
    let at = |name: &str| folder.path().join(name);
    std::fs::rename(at("t10k-images-idx3-ubyte.gz"), at("test-images-idx3-ubyte.gz")).unwrap();
    let mut labels = Vec::new();
    let gzip = std::fs::read(at("t10k-labels-idx1-ubyte.gz")).unwrap();
    flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut labels).unwrap();
    std::fs::remove_file(at("t10k-labels-idx1-ubyte.gz")).unwrap();
    std::fs::write(at("t10k-labels-idx1-ubyte"), labels).unwrap();
    assert_eq!(Mnist::from_dir(folder.path()).unwrap().test_labels.dims(), [2000]);
}
