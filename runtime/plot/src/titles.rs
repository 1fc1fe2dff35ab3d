//! Lists of texts, in whatever form a notebook has them.

/// A list of texts: the titles of images, the names of states, tokens. An empty one stands for none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Titles(pub(crate) Vec<String>);

impl From<&[String]> for Titles {
    fn from(titles: &[String]) -> Self {
        Self(titles.to_vec())
    }
}

impl From<&Vec<String>> for Titles {
    fn from(titles: &Vec<String>) -> Self {
        Self(titles.clone())
    }
}

impl From<Vec<String>> for Titles {
    fn from(titles: Vec<String>) -> Self {
        Self(titles)
    }
}

impl From<&[&str]> for Titles {
    fn from(titles: &[&str]) -> Self {
        Self(titles.iter().map(|&title| title.to_owned()).collect())
    }
}

impl From<&Vec<&str>> for Titles {
    fn from(titles: &Vec<&str>) -> Self {
        titles.as_slice().into()
    }
}

impl<const N: usize> From<&[&str; N]> for Titles {
    fn from(titles: &[&str; N]) -> Self {
        titles.as_slice().into()
    }
}
