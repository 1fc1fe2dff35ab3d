//! The binary layout of CIFAR-10: for each image a label byte, then 32 × 32 bytes of red, of green
//! and of blue.

use crate::places::{self, File, Places};
use crate::remote::Remote;
use crate::{Dataset, Error, Parts, Result, Source};
use candle_core::{Device, Tensor};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// The bytes of an image, with its label.
const RECORD: usize = 1 + 3 * 32 * 32;

const CIFAR10: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const EMOJI: [&str; 9] = [
    "smileys & emotion",
    "people & body",
    "animals & nature",
    "food & drink",
    "travel & places",
    "activities",
    "objects",
    "symbols",
    "flags",
];

/// The batches of CIFAR-10 in a folder, the names that other sets of this layout give them last.
const TRAIN: [&[&str]; 5] = [
    &["data_batch_1.bin", "train.bin"],
    &["data_batch_2.bin"],
    &["data_batch_3.bin"],
    &["data_batch_4.bin"],
    &["data_batch_5.bin"],
];
const TEST: &[&str] = &["test_batch.bin", "test.bin"];

/// Small photos of ten kinds of things.
///
/// Looked for as [`mnist()`](crate::mnist()) is, in the folder `cifar-10`, as the published archive
/// or unpacked; 171 MB to download, nothing of it is part of this library. The tensors take 740 MB.
///
/// # Shapes
/// - `x`: `(50000, 3, 32, 32)` and `(10000, 3, 32, 32)`, f32 in 0..1; `y`: u32, 0 to 9
///
/// # Errors
/// If no place has it, or its files cannot be read.
///
/// # Source
/// Krizhevsky 2009, without a stated licence, for research.
///
/// ```no_run
/// let photos = candlelab_data::cifar10()?; // CANDLELAB_DOWNLOAD=1
/// assert_eq!(photos.train.classes[3], "cat");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn cifar10() -> Result<Parts> {
    let (set, places) = (Remote::cifar10(), Places::from_env());
    let unpacked = places.root.as_ref().map(|root| root.join(set.folder));
    if let Some(folder) = unpacked.filter(|folder| folder.join(TEST[0]).exists()) {
        return Parts::from_cifar(folder, &CIFAR10);
    }
    let (files, source) = places::find(&set, &places)?;
    archive(&files[0])?.parts("CIFAR-10", &CIFAR10, source)
}

/// Emoji of nine groups, in the layout of CIFAR-10: a task for minutes, not hours.
///
/// Looked for as [`mnist()`](crate::mnist()) is, in the folder `emoji32`, but there is nothing to
/// download.
///
/// # Shapes
/// - `x`: `(1619, 3, 32, 32)` and `(287, 3, 32, 32)`, f32 in 0..1; `y`: u32, 0 to 8
///
/// # Errors
/// If no place has it, or its files cannot be read.
///
/// # Source
/// Noto Emoji (Google), Apache 2.0.
///
/// ```no_run
/// let emoji = candlelab_data::emoji32()?;
/// assert_eq!(emoji.test.classes.len(), 9);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn emoji32() -> Result<Parts> {
    let (files, source) = places::find(&Remote::emoji32(), &Places::from_env())?;
    let (train, test) = (files[..1].to_vec(), files[1].clone()); // as they are pinned
    Batches { train, test }.parts("emoji32", &EMOJI, source)
}

impl Parts {
    /// Reads a folder of batches in the layout of CIFAR-10: `data_batch_1.bin` to
    /// `data_batch_5.bin` (or just `train.bin`) and `test_batch.bin` (or `test.bin`), plain or
    /// gzipped.
    ///
    /// # Shapes
    /// - `x`: `(n, 3, 32, 32)`, f32 in 0..1; `y`: `(n)`, u32
    ///
    /// # Errors
    /// If a file is missing, damaged or of another format, or a label has no name in `classes`.
    pub fn from_cifar(path: impl AsRef<Path>, classes: &[&str]) -> Result<Self> {
        let path = path.as_ref();
        let mut train = vec![places::read(path, TRAIN[0])?];
        if train[0].0.to_string_lossy().contains("data_batch") {
            for names in &TRAIN[1..] {
                train.push(places::read(path, names)?);
            }
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let batches = Batches { train, test: places::read(path, TEST)? };
        batches.parts(&name, classes, Source::Folder(path.to_owned()))
    }
}

struct Batches {
    train: Vec<File>,
    test: File,
}

impl Batches {
    fn parts(&self, name: &str, classes: &[&str], source: Source) -> Result<Parts> {
        let part = |files: &[File]| {
            let (images, labels) = images(files)?;
            let set =
                Dataset::new(name, &images, &labels)?.with_classes(classes.iter().copied())?;
            Ok::<_, Error>(Dataset { source: source.clone(), ..set })
        };
        Ok(Parts { train: part(&self.train)?, test: part(std::slice::from_ref(&self.test))? })
    }
}

/// The images of some batches, one after the other.
fn images(files: &[File]) -> Result<(Tensor, Tensor)> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for (path, file) in files {
        let file = unpack(path, file)?;
        if file.is_empty() || file.len() % RECORD != 0 {
            return Err(Error::Format {
                path: path.clone(),
                expected: format!("a multiple of {RECORD} bytes"),
                found: format!("{} bytes", file.len()),
                hint: "the file was cut off or is another one; fetch it again",
            });
        }
        for record in file.chunks_exact(RECORD) {
            labels.push(u32::from(record[0]));
            pixels.extend(record[1..].iter().map(|value| f32::from(*value) / 255.));
        }
    }
    let n = labels.len();
    let images = Tensor::from_vec(pixels, (n, 3, 32, 32), &Device::Cpu)?;
    Ok((images, Tensor::from_vec(labels, n, &Device::Cpu)?))
}

fn unpack<'a>(path: &Path, file: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    if !file.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(file)); // no batch begins so: no class has the number 31
    }
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(file).read_to_end(&mut unpacked) {
        Ok(_) => Ok(Cow::Owned(unpacked)),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

/// The batches in the published archive, a gzipped tar file.
fn archive((path, file): &File) -> Result<Batches> {
    let unpacked = unpack(path, file)?;
    let mut members = tar(&unpacked);
    let mut member = |name: &str| {
        let at = members.iter().position(|(path, _)| path.ends_with(name));
        let (name, bytes) = at.map(|at| members.swap_remove(at)).ok_or_else(|| Error::Format {
            path: path.clone(),
            expected: format!("a file {name} in the archive"),
            found: members.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
            hint: "the binary version is the right one: cifar-10-binary.tar.gz",
        })?;
        Ok::<_, Error>((path.join(name), Cow::Owned(bytes.to_vec())))
    };
    let train = TRAIN.iter().map(|names| member(names[0])).collect::<Result<_>>()?;
    Ok(Batches { train, test: member(TEST[0])? })
}

/// The members of a tar file: headers of 512 bytes with the name at 0 and the size, octal, at 124,
/// each before its content, which is filled up to a multiple of 512.
fn tar(mut rest: &[u8]) -> Vec<(String, &[u8])> {
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
            .trim()
            .to_owned()
    };
    let mut members = Vec::new();
    while let Some((header, content)) = rest.split_at_checked(512) {
        let Ok(size) = usize::from_str_radix(&text(&header[124..136]), 8) else { break };
        let Some((bytes, _)) = content.split_at_checked(size) else { break };
        members.push((text(&header[..100]), bytes));
        rest = content.get(size.next_multiple_of(512)..).unwrap_or_default();
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// An image of one colour.
    fn record(label: u8, [red, green, blue]: [u8; 3]) -> Vec<u8> {
        [&[label][..], &[red; 1024], &[green; 1024], &[blue; 1024]].concat()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn folder(train: &[u8], test: &[u8]) -> TempDir {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("train.bin.gz"), gzip(train)).unwrap();
        std::fs::write(folder.path().join("test.bin"), test).unwrap();
        folder
    }

    #[test]
    fn an_image_is_red_then_green_then_blue() {
        let train = [record(1, [255, 0, 51]), record(0, [0, 0, 0])].concat();
        let folder = folder(&train, &record(1, [0, 0, 0]));
        let parts = Parts::from_cifar(folder.path(), &["a", "b"]).unwrap();
        assert_eq!(parts.train.x.dims(), [2, 3, 32, 32]);
        let pixel = parts.train.x.narrow(2, 5, 1).unwrap().narrow(3, 7, 1).unwrap();
        let pixel = pixel.flatten_from(1).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(pixel[0], [1., 0., 0.2]);
        assert_eq!(parts.train.y.to_vec1::<u32>().unwrap(), [1, 0]);
    }

    #[test]
    fn cut_files_and_nameless_labels_are_errors() {
        let message = |train: &[u8]| {
            let folder = folder(train, &record(0, [0; 3]));
            Parts::from_cifar(folder.path(), &["a", "b"]).unwrap_err().to_string()
        };
        let text = message(&record(0, [0; 3])[..3072]);
        assert!(text.contains("expected a multiple of 3073 bytes, found 3072 bytes"), "{text}");
        assert!(message(&[]).contains("found 0 bytes"));
        assert!(message(&record(2, [0; 3])).contains("expected a class from 0 to 1, found 2"));
        let empty = TempDir::new().unwrap();
        let text = Parts::from_cifar(empty.path(), &[]).unwrap_err().to_string();
        assert!(text.contains("no file `data_batch_1.bin`"), "{text}");
    }

    #[test]
    fn the_archive_holds_six_batches() {
        let mut tar = Vec::new();
        for (place, name) in TRAIN.iter().map(|names| names[0]).chain([TEST[0]]).enumerate() {
            let mut header = [0; 512];
            let path = format!("cifar-10-batches-bin/{name}");
            header[..path.len()].copy_from_slice(path.as_bytes());
            header[124..135].copy_from_slice(format!("{RECORD:011o}").as_bytes());
            tar.extend(header);
            tar.extend(record(place as u8, [0; 3]));
            tar.resize(tar.len().next_multiple_of(512), 0);
        }
        tar.extend([0; 1024]);
        let file = |bytes: &[u8]| (PathBuf::from("a.tar.gz"), Cow::Owned(gzip(bytes)));
        let parts = archive(&file(&tar)).unwrap().parts("c", &CIFAR10, Source::Program).unwrap();
        assert_eq!(parts.train.y.to_vec1::<u32>().unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(parts.test.y.to_vec1::<u32>().unwrap(), [5]);
        let text = archive(&file(&tar[..4096])).err().unwrap().to_string();
        assert!(text.contains("expected a file data_batch_2.bin in the archive"), "{text}");
    }
}
