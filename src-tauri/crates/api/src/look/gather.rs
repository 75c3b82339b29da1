//! Which pictures stand on the sheet, and which empty seat belongs to each.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders within folders that are looked into; a link that leads back to its parent ends there.
const DEEPEST: usize = 12;

/// A picture of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// The file.
    pub file: PathBuf,
    /// What it is called on the sheet.
    pub name: String,
    /// The empty seat beside it.
    pub plate: Option<PathBuf>,
}

/// Pictures of files and folders, in name order, with everything in the folders' sub-folders.
///
/// `plate.png` (or `.jpg`) is no picture but the empty seat of its folder and of the folders in it that have none of
/// their own. Beside a `frame.jpg` the other files tell its truth (`alpha`, `ideal`, `ideal_alpha`): only the frame is
/// taken. `plate` goes before what lies in the folders.
pub fn gather(given: &[PathBuf], plate: Option<&Path>) -> Vec<Pictured> {
    let mut found = Vec::new();
    for path in given {
        if path.is_dir() {
            descend(path, path, plate, 0, &mut found);
        } else {
            let plate = plate.map(Path::to_owned);
            found.push(Pictured { file: path.clone(), name: last(path), plate });
        }
    }
    found
}

fn descend(root: &Path, folder: &Path, above: Option<&Path>, depth: usize, found: &mut Vec<Pictured>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // Sorted, so that the same folder gives the same sheet on any file system.
    let mut by_stem: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let mut folders = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            folders.push(path);
        } else if is_picture(&path) {
            by_stem.entry(stem(&path)).or_default().push(path);
        }
    }
    folders.sort();
    by_stem.values_mut().for_each(|files| files.sort());
    let own = by_stem.remove("plate").and_then(|files| files.into_iter().next());
    let plate = if depth == 0 { above.or(own.as_deref()) } else { own.as_deref().or(above) };
    if by_stem.contains_key("frame") {
        by_stem.retain(|stem, _| !stem.starts_with("alpha") && !stem.starts_with("ideal"));
    }
    for file in by_stem.into_values().flatten() {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        found.push(Pictured { file, name, plate: plate.map(Path::to_owned) });
    }
    if depth < DEEPEST {
        for inner in folders {
            descend(root, &inner, plate, depth + 1, found);
        }
    }
}

fn is_picture(path: &Path) -> bool {
    let known =
        |extension: &OsStr| ["jpg", "jpeg", "png"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    path.extension().is_some_and(known)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

fn last(path: &Path) -> String {
    path.file_name().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::TempFolder;

    fn folder_of(files: &[&str]) -> TempFolder {
        let folder = TempFolder::new("look-gather").unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        folder
    }

    fn listed(folder: &TempFolder, plate: Option<&Path>) -> Vec<(String, Option<String>)> {
        let relative = |p: PathBuf| p.strip_prefix(folder.path()).unwrap_or(&p).display().to_string();
        gather(&[folder.path().to_owned()], plate)
            .into_iter()
            .map(|p| (p.name.replace('\\', "/"), p.plate.map(|p| relative(p).replace('\\', "/"))))
            .collect()
    }

    #[test]
    fn a_case_folder_gives_its_frame_with_the_plate_beside_it() {
        let folder = folder_of(&[
            "p01/frame.jpg",
            "p01/plate.png",
            "p01/alpha.png",
            "p01/ideal.png",
            "p01/ideal_alpha.png",
            "p02/frame.png",
            "p02/truth.json",
        ]);
        let expected =
            [("p01/frame.jpg".into(), Some("p01/plate.png".into())), ("p02/frame.png".into(), None)];
        assert_eq!(listed(&folder, None), expected);
    }

    #[test]
    fn loose_frames_share_the_plate_of_their_folder_and_so_do_folders_without_one() {
        let folder = folder_of(&[
            "plate.jpg",
            "b.JPG",
            "a.png",
            "notes.txt",
            "day2/c.jpg",
            "day3/plate.png",
            "day3/d.jpg",
        ]);
        let named = |name: &str, plate: &str| (name.to_owned(), Some(plate.to_owned()));
        assert_eq!(
            listed(&folder, None),
            [
                named("a.png", "plate.jpg"),
                named("b.JPG", "plate.jpg"),
                named("day2/c.jpg", "plate.jpg"),
                named("day3/d.jpg", "day3/plate.png")
            ]
        );
    }

    #[test]
    fn pictures_named_ideal_or_alpha_are_pictures_where_no_frame_is() {
        let folder = folder_of(&["ideal.png", "alpha7.png"]);
        assert_eq!(listed(&folder, None).len(), 2);
    }

    #[test]
    fn a_given_plate_goes_before_the_folders_and_a_file_is_taken_as_it_is() {
        let folder = folder_of(&["plate.jpg", "a.jpg"]);
        assert_eq!(listed(&folder, Some(Path::new("/own.png")))[0].1.as_deref(), Some("/own.png"));
        let single = folder.path().join("plate.jpg");
        let found = gather(std::slice::from_ref(&single), None);
        assert_eq!((found[0].file.clone(), found[0].plate.clone()), (single, None));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_in_a_circle_ends() {
        let folder = folder_of(&["a.jpg"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
        assert!(listed(&folder, None).len() <= DEEPEST + 1);
    }
}
