//! The embedded files stand in for the official ones.

use super::*;
use crate::Mnist;
use std::io::{Read, Write};
use std::net::TcpListener;
use tempfile::TempDir;

/// MNIST as if the embedded files were the official ones.
fn set(mirrors: Vec<String>) -> Remote {
    let mut set = Remote { mirrors, ..Remote::mnist() };
    let embedded = set.embedded.clone().unwrap();
    for (pin, file) in set.files.iter_mut().zip(embedded) {
        (pin.bytes, pin.sha256) = (file.len() as u64, sha256(file));
    }
    set
}

fn places(folder: &TempDir) -> Places {
    let folder = folder.path();
    Places { root: Some(folder.join("data")), cache: Some(folder.join("cache")), consent: true }
}

/// Each file's name and what it holds.
fn files() -> Vec<(String, &'static [u8])> {
    let set = Remote::mnist();
    set.files.iter().map(Pin::gzip).zip(set.embedded.unwrap()).collect()
}

/// Puts the embedded files into a folder.
fn fill(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, file) in files() {
        std::fs::write(folder.join(name), file).unwrap();
    }
}

/// Serves the embedded files as often as asked, but breaks off after `limit` bytes; a request may
/// ask for a rest.
fn breaking_mirror(limit: usize) -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in server.incoming().flatten() {
            let mut request = [0; 4096];
            let len = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..len]).to_lowercase();
            let file = files().into_iter().find(|(name, _)| request.contains(name)).unwrap().1;
            let range = request.split_once("range: bytes=").map(|(_, range)| range);
            let start = range.and_then(|range| range.split('-').next()?.parse().ok()).unwrap_or(0);
            let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
            let (rest, len) = (&file[start..], file.len() - start);
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {len}\r\n");
            write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
            let _ = stream.write_all(&rest[..limit.min(len)]); // the other side may have left
        }
    });
    address
}

fn mirror() -> String {
    breaking_mirror(usize::MAX)
}

/// A server that refuses: nothing listens there any more.
fn nobody() -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", server.local_addr().unwrap())
}

fn source(places: &Places, mirrors: Vec<String>) -> Source {
    find(&set(mirrors), places).unwrap().1
}

#[test]
fn the_users_folder_comes_first() {
    let folder = TempDir::new().unwrap();
    fill(&folder.path().join("data/mnist"));
    fill(&folder.path().join("cache/mnist"));
    let expected = Source::Folder(folder.path().join("data/mnist"));
    assert_eq!(source(&places(&folder), vec![]), expected);
}

#[test]
fn the_cache_comes_second() {
    let folder = TempDir::new().unwrap();
    fill(&folder.path().join("cache/mnist"));
    let expected = Source::Cache(folder.path().join("cache/mnist"));
    assert_eq!(source(&places(&folder), vec![]), expected);
}

#[test]
fn a_download_comes_third_and_fills_the_cache() {
    let folder = TempDir::new().unwrap();
    let (places, server) = (places(&folder), mirror());
    let Source::Download { mirror, note } = source(&places, vec![nobody(), server.clone()]) else {
        panic!("not downloaded")
    };
    assert_eq!((mirror, note), (server, None));
    let cache = folder.path().join("cache/mnist");
    assert_eq!(source(&places, vec![]), Source::Cache(cache.clone()));
    assert_eq!(std::fs::read_dir(cache).unwrap().count(), 4);
}

#[test]
fn a_download_that_breaks_off_leaves_no_half_file_and_is_resumed() {
    let folder = TempDir::new().unwrap();
    let places = places(&folder);
    let text = source(&places, vec![breaking_mirror(900_000)]).to_string();
    assert!(text.starts_with("comes with candlelab"), "{text}");
    let cache = folder.path().join("cache/mnist");
    let (name, file) = files().swap_remove(0);
    let part = std::fs::read(cache.join(format!("{name}.part"))).unwrap();
    assert!(!cache.join(&name).exists() && part == file[..900_000]);
    // the next server could not give the whole file either, only the rest
    let found = source(&places, vec![breaking_mirror(400_000)]);
    assert!(matches!(found, Source::Download { note: None, .. }), "{found}");
    assert_eq!(std::fs::read(cache.join(name)).unwrap(), file);
}

#[test]
fn a_rest_that_does_not_fit_is_fetched_anew() {
    let folder = TempDir::new().unwrap();
    let cache = folder.path().join("cache/mnist");
    std::fs::create_dir_all(&cache).unwrap();
    std::fs::write(cache.join("train-images-idx3-ubyte.gz.part"), b"of another file").unwrap();
    let found = source(&places(&folder), vec![mirror()]);
    assert!(matches!(found, Source::Download { note: None, .. }), "{found}");
    assert_eq!(std::fs::read_dir(cache).unwrap().count(), 4);
}

#[test]
fn two_notebooks_may_download_at_once() {
    let (folder, server) = (TempDir::new().unwrap(), mirror());
    std::thread::scope(|scope| {
        let find = || source(&places(&folder), vec![server.clone()]);
        let both = [scope.spawn(find), scope.spawn(find)].map(|one| one.join().unwrap());
        assert!(both.iter().all(|one| !matches!(one, Source::Embedded { .. })), "{both:?}");
    });
    assert_eq!(std::fs::read_dir(folder.path().join("cache/mnist")).unwrap().count(), 4);
}

#[test]
fn without_consent_nothing_is_downloaded() {
    let folder = TempDir::new().unwrap();
    let places = Places { root: None, consent: false, ..places(&folder) };
    assert_eq!(source(&places, vec![mirror()]), Source::Embedded { note: None });
}

#[test]
fn the_embedded_set_comes_last_and_tells_why() {
    let folder = TempDir::new().unwrap();
    let text = source(&places(&folder), vec![nobody()]).to_string();
    assert!(text.starts_with("comes with candlelab (CANDLELAB_DATA is set, but "), "{text}");
    assert!(text.contains("cannot download http://127.0.0.1"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn a_set_that_is_nowhere_is_an_error_that_tells_how_to_get_it() {
    let places = Places { root: None, cache: None, consent: false };
    let text = find(&Remote::fashion_mnist(), &places).unwrap_err().to_string();
    assert_eq!(
        text,
        "no Fashion-MNIST on this machine: neither CANDLELAB_DATA nor CANDLELAB_DOWNLOAD is set\n\
         hint: set CANDLELAB_DOWNLOAD=1 to fetch it (31 MB), or put its files into a folder \
         `fashion-mnist` and set CANDLELAB_DATA to the folder around it"
    );
    let text = find(&Remote::emoji32(), &places).unwrap_err().to_string();
    assert!(text.contains("hint: put its files into a folder `emoji32`"), "{text}");
}

#[test]
fn a_damaged_cache_is_not_used() {
    let folder = TempDir::new().unwrap();
    let cache = folder.path().join("cache/mnist");
    fill(&cache);
    std::fs::write(cache.join("t10k-labels-idx1-ubyte.gz"), b"half").unwrap();
    let text = source(&places(&folder), vec![]).to_string();
    assert!(text.contains("t10k-labels-idx1-ubyte.gz in the cache is damaged"), "{text}");
    let found = source(&places(&folder), vec![mirror()]); // and a download heals it
    assert!(matches!(found, Source::Download { note: None, .. }), "{found}");
    assert_eq!(source(&places(&folder), vec![]), Source::Cache(cache));
}

#[test]
fn a_server_with_other_files_is_not_believed() {
    let folder = TempDir::new().unwrap();
    let mut set = set(vec![mirror()]);
    set.files[0].sha256 = "0".repeat(64);
    let text = find(&set, &places(&folder)).unwrap().1.to_string();
    assert!(text.contains("whose sha256 is not that of train-images-idx3-ubyte.gz"), "{text}");
    let cache = folder.path().join("cache/mnist");
    assert!(!cache.join(set.files[0].gzip()).exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_note() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("cache"), b"a file").unwrap();
    let text = source(&places(&folder), vec![mirror()]).to_string();
    assert!(
        text.starts_with("downloaded from http://127.0.0.1") && text.contains("(not kept in "),
        "{text}"
    );
}

#[test]
fn a_folder_without_the_files_is_an_error_that_lists_it() {
    let folder = TempDir::new().unwrap();
    let mnist = folder.path().join("data/mnist");
    fill(&mnist);
    std::fs::remove_file(mnist.join("t10k-images-idx3-ubyte.gz")).unwrap();
    let text = find(&set(vec![]), &places(&folder)).unwrap_err().to_string();
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
