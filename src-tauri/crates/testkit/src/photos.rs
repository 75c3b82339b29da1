//! Photographs for the demo: where they come from, and the people made of them.

use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::cutout;
use crate::person::Person;

/// Fewer people than these would bore a visitor: drawn ones join the cut-outs.
const AT_LEAST: usize = 8;

/// One entry of `assets/demo/demo.toml`; its README explains the fields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoPhoto {
    /// Name beside the list.
    pub file: String,
    /// `pypi` or `npm`.
    pub ecosystem: String,
    /// Name of the package.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// Only on this `OS-ARCH`; everywhere if missing.
    pub platform: Option<String>,
    /// SHA-256 of the package.
    pub archive_sha256: String,
    /// `wheel`, `sdist` or `tgz`.
    pub kind: String,
    /// Where the photograph lies in the package.
    pub path: String,
    /// SHA-256 of the photograph.
    pub sha256: String,
    /// Why it may be used, and who says so.
    pub licence: String,
}

impl DemoPhoto {
    /// Name of the cut-out that is made of it: the file's without its ending.
    pub fn name(&self) -> &str {
        self.file.rsplit_once('.').map_or(self.file.as_str(), |(name, _)| name)
    }
}

/// The photographs of a list, each file once.
pub fn listed(text: &str) -> Result<Vec<DemoPhoto>, toml::de::Error> {
    #[derive(Deserialize)]
    struct List {
        #[serde(default)]
        photo: Vec<DemoPhoto>,
    }
    let mut photos = toml::from_str::<List>(text)?.photo;
    let mut seen = std::collections::HashSet::new();
    photos.retain(|photo| seen.insert(photo.file.clone()));
    Ok(photos)
}

/// The people of the demo: drawn ones first, who sit as the standard wants it, then those cut out into this folder,
/// eight at least. A folder that is not there gives drawn people only.
pub fn people_in(folder: &Path) -> io::Result<Vec<Person>> {
    let cut: Vec<Person> = cutout::in_folder(folder)?.iter().map(Person::from_cutout).collect();
    let drawn = AT_LEAST.saturating_sub(cut.len()).max(1);
    Ok((0..).map(Person::drawn).take(drawn).chain(cut).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_list_of_the_repository_is_whole() {
        let text = include_str!("../../../../assets/demo/demo.toml");
        let photos = listed(text).unwrap();
        assert!(!photos.is_empty());
        for photo in &photos {
            assert!(photo.archive_sha256.len() == 64 && photo.sha256.len() == 64, "{}", photo.file);
            assert!(photo.licence.starts_with("public domain"), "{}", photo.licence);
        }
        assert_eq!(photos[0].name(), "astronaut");
    }

    #[test]
    fn without_cut_outs_there_are_drawn_people() {
        assert_eq!(people_in(Path::new("no/such/folder")).unwrap().len(), 8);
    }
}
