//! The sets that are published as files: their names, sizes and sha256, and who has them.

/// A published set.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Its name for people.
    pub title: &'static str,
    /// Its folder, below the user's folder and below the cache.
    pub folder: &'static str,
    pub files: Vec<Pin>,
    /// The servers that have the files, by the addresses before their names.
    pub mirrors: Vec<String>,
    /// The part of each file that this library holds.
    pub embedded: Option<Vec<&'static [u8]>>,
}

/// A published file.
#[derive(Clone, Debug)]
pub(crate) struct Pin {
    /// The names in use without `.gz`, the official one first.
    pub names: &'static [&'static str],
    pub bytes: u64,
    pub sha256: String,
}

impl Pin {
    fn new(names: &'static [&'static str], bytes: u64, sha256: &str) -> Self {
        Self { names, bytes, sha256: sha256.to_owned() }
    }

    /// The file's name on the servers and in the cache.
    pub fn gzip(&self) -> String {
        format!("{}.gz", self.names[0])
    }
}

impl Remote {
    /// Training images and labels, test images and labels.
    pub fn mnist() -> Self {
        macro_rules! embedded {
            ($name:literal) => {
                &include_bytes!(concat!("../data/mnist10k/", $name, "-ubyte.gz"))[..]
            };
        }
        Self {
            title: "MNIST",
            folder: "mnist",
            files: idx([
                (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ]),
            // the original server no longer has the files
            mirrors: vec![
                "https://storage.googleapis.com/cvdf-datasets/mnist".to_owned(),
                "https://ossci-datasets.s3.amazonaws.com/mnist".to_owned(),
            ],
            embedded: Some(vec![
                embedded!("train-images-idx3"),
                embedded!("train-labels-idx1"),
                embedded!("test-images-idx3"),
                embedded!("test-labels-idx1"),
            ]),
        }
    }

    /// Training images and labels, test images and labels.
    pub fn fashion_mnist() -> Self {
        Self {
            title: "Fashion-MNIST",
            folder: "fashion-mnist",
            files: idx([
                (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ]),
            mirrors: vec![
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
                    .to_owned(),
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com".to_owned(),
            ],
            embedded: None,
        }
    }

    /// An archive of the six batches.
    pub fn cifar10() -> Self {
        Self {
            title: "CIFAR-10",
            folder: "cifar-10",
            files: vec![Pin::new(
                &["cifar-10-binary.tar"],
                170052171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            )],
            mirrors: vec!["https://www.cs.toronto.edu/~kriz".to_owned()],
            embedded: None,
        }
    }

    /// The training batch and the test batch; no server has them.
    pub fn emoji32() -> Self {
        let train = "6aae5134322c32d9658ac32db5f16f716b9fd8d0d1198eaaffae70ed648ee52e";
        let test = "6b8a8a1998ed0871cdedfdef7e14af61b29b47d00f1574c827704664596884e0";
        Self {
            title: "emoji32",
            folder: "emoji32",
            files: vec![
                Pin::new(&["train.bin"], 2492641, train),
                Pin::new(&["test.bin"], 451273, test),
            ],
            mirrors: Vec::new(),
            embedded: None,
        }
    }

    /// What a download of it takes, `11 MB`.
    pub fn size(&self) -> String {
        let bytes: u64 = self.files.iter().map(|pin| pin.bytes).sum();
        format!("{} MB", bytes.div_ceil(1_000_000))
    }
}

/// Training images and labels, test images and labels, as MNIST's makers called them.
fn idx(pins: [(u64, &str); 4]) -> Vec<Pin> {
    let names: [&[&str]; 4] = [
        &["train-images-idx3-ubyte"],
        &["train-labels-idx1-ubyte"],
        &["t10k-images-idx3-ubyte", "test-images-idx3-ubyte"],
        &["t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"],
    ];
    names.into_iter().zip(pins).map(|(names, (bytes, sum))| Pin::new(names, bytes, sum)).collect()
}
