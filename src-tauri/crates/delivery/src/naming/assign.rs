//! One name for every item of a handover, none shared, whatever the roster holds.
//!
//! The result depends on the items as a set (and on their order only through `{sequence}`), so that a second export of
//! the same batch meets the same names.

use std::collections::{BTreeMap, HashMap};

use super::PathLimits;
use super::render::{NameNotice, NameNoticeKind, Rendered, fallback, render};
use super::safe::{self, fold, units};
use super::template::{Field, Template};
use crate::item::Item;

/// Most that is added to a path besides what is assigned here: `data/portraits/` and `#99.jpeg`.
const AROUND: usize = 26;
/// Folders are not cut shorter than this before the file's name is.
const SHORTEST_FOLDER: usize = 2;

/// Names of all items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// For each item the path without its extension, folders divided by `/`. No two fold to the same.
    pub stems: Vec<String>,
    /// What the person who hands over should know, by item.
    pub notices: Vec<NameNotice>,
}

/// How far a file's name must go to be told apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Distinction {
    None,
    StudentNo,
    Fingerprint,
    FingerprintAndNumber,
}

/// Names every item. Two items with the same fingerprint and the same shot number would be the same item: the second
/// is answered with `Err` of its index.
pub fn assign(template: &Template, items: &[Item], limits: PathLimits) -> Result<Names, usize> {
    let mut seen = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        if seen.insert((item.fingerprint.as_str(), item.shot_number), index).is_some() {
            return Err(index);
        }
    }
    let mut rendered: Vec<Rendered> =
        items.iter().enumerate().map(|(i, item)| render(template, item, i + 1, items.len())).collect();
    let fit = Fit::find(&rendered, limits);
    let mut shortened: Vec<bool> = rendered.iter_mut().map(|r| fit.fold_folders(r)).collect();
    same_spelling(&mut rendered);

    let mut levels = vec![Distinction::None; items.len()];
    let mut people = vec![0; items.len()];
    let stems = loop {
        let stems: Vec<String> = (0..items.len())
            .map(|i| {
                let (stem, cut) = fit.path(&rendered[i], &addition(&items[i], levels[i]));
                shortened[i] |= cut;
                stem
            })
            .collect();
        let groups = shared(&stems);
        if groups.is_empty() {
            break stems;
        }
        for group in groups {
            for &i in &group {
                people[i] = people[i].max(group.len() as u32);
                levels[i] = next(levels[i], &items[i]);
            }
        }
    };
    let notices = notices(rendered, &shortened, &levels, &people);
    Ok(Names { stems, notices })
}

fn notices(
    rendered: Vec<Rendered>,
    shortened: &[bool],
    levels: &[Distinction],
    people: &[u32],
) -> Vec<NameNotice> {
    let mut notices = Vec::new();
    for (item, one) in rendered.into_iter().enumerate() {
        notices.extend(one.notices.into_iter().map(|kind| NameNotice { item, kind }));
        if shortened[item] {
            notices.push(NameNotice { item, kind: NameNoticeKind::Shortened });
        }
        let told_apart_by = match levels[item] {
            Distinction::None => continue,
            Distinction::StudentNo => Field::StudentNo,
            _ => Field::Fingerprint,
        };
        let kind = NameNoticeKind::Collision { people: people[item], told_apart_by };
        notices.push(NameNotice { item, kind });
    }
    notices
}

fn next(level: Distinction, item: &Item) -> Distinction {
    match level {
        Distinction::None if item.subject.student_no.is_some() => Distinction::StudentNo,
        Distinction::None | Distinction::StudentNo => Distinction::Fingerprint,
        _ => Distinction::FingerprintAndNumber,
    }
}

/// What is added behind the file's name. The last level ends in what no other item has.
fn addition(item: &Item, level: Distinction) -> String {
    match level {
        Distinction::None => String::new(),
        Distinction::StudentNo => {
            let number = item.subject.student_no.as_deref().unwrap_or_default();
            format!("_{}", safe::shorten(&safe::component(number).text, 32))
        }
        Distinction::Fingerprint => format!("_{}", item.fingerprint.as_str()),
        Distinction::FingerprintAndNumber => format!("_{}", fallback(item)),
    }
}

/// Groups of two and more whose paths a file system may take for one. All kinds of a person's files lie in trees of
/// their own, so a file can only meet files, and folders that carry an extension like a file's.
fn shared(stems: &[String]) -> Vec<Vec<usize>> {
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, stem) in stems.iter().enumerate() {
        by_path.entry(fold(stem)).or_default().push(i);
    }
    by_path.into_values().filter(|group| group.len() > 1).collect()
}

/// A file system that ignores case makes `A/` and `a/` one folder: give it one spelling, the smallest.
fn same_spelling(rendered: &mut [Rendered]) {
    let mut spelling: HashMap<(Vec<String>, String), String> = HashMap::new();
    let keys = |one: &Rendered| -> Vec<String> { one.folders.iter().map(|folder| fold(folder)).collect() };
    for one in rendered.iter() {
        let keys = keys(one);
        for (depth, folder) in one.folders.iter().enumerate() {
            let best = spelling
                .entry((keys[..depth].to_vec(), keys[depth].clone()))
                .or_insert_with(|| folder.clone());
            if *folder < *best {
                best.clone_from(folder);
            }
        }
    }
    for one in rendered.iter_mut() {
        let keys = keys(one);
        for (depth, folder) in one.folders.iter_mut().enumerate() {
            if let Some(best) = spelling.get(&(keys[..depth].to_vec(), keys[depth].clone())) {
                folder.clone_from(best);
            }
        }
    }
}

/// How long folders and files may be. The same for the whole handover, so that one college has one folder.
struct Fit {
    folder: usize,
    component: usize,
    path: usize,
}

impl Fit {
    /// The longest folders with which every path fits; then files are cut.
    fn find(rendered: &[Rendered], limits: PathLimits) -> Self {
        let component = usize::from(limits.component).clamp(48, safe::COMPONENT_LIMIT);
        let path = usize::from(limits.path.max(PathLimits::SHORTEST_PATH)) - AROUND;
        let lengths: Vec<(Vec<usize>, usize)> = rendered
            .iter()
            .map(|one| (one.folders.iter().map(|f| units(f)).collect(), units(&one.stem).min(component)))
            .collect();
        let fits = |folder: usize| {
            lengths.iter().all(|(folders, stem)| {
                folders.iter().map(|length| length.min(&folder) + 1).sum::<usize>() + stem <= path
            })
        };
        let longest =
            lengths.iter().flat_map(|(folders, _)| folders).copied().max().unwrap_or(0).min(component);
        let folder = (SHORTEST_FOLDER..=longest).rev().find(|n| fits(*n)).unwrap_or(SHORTEST_FOLDER);
        Self { folder, component, path }
    }

    /// Cuts the folders; answers whether it did.
    fn fold_folders(&self, one: &mut Rendered) -> bool {
        let mut cut = false;
        for folder in &mut one.folders {
            let short = safe::shorten(folder, self.folder);
            if short != *folder {
                *folder = if short.is_empty() { "_".to_owned() } else { short };
                cut = true;
            }
        }
        // `CLASS.jpg` as a folder beside a file of that name.
        if let Some(folder) = one.folders.iter_mut().find(|folder| looks_like_a_file(folder)) {
            *folder = folder.replace('.', "_");
        }
        cut
    }

    /// The whole path, the file cut so that `addition` always stays whole; answers whether it was cut.
    fn path(&self, one: &Rendered, addition: &str) -> (String, bool) {
        let above: usize = one.folders.iter().map(|folder| units(folder) + 1).sum();
        // 14: `#99.jpeg` and what a temporary name needs.
        let room = self.path.saturating_sub(above).min(self.component - 14);
        let mut stem = safe::shorten(&one.stem, room.saturating_sub(units(addition)));
        // ext4 counts bytes.
        while stem.len() + addition.len() + 14 > safe::COMPONENT_LIMIT && stem.pop().is_some() {}
        let cut = stem != one.stem;
        let folders = if one.folders.is_empty() { String::new() } else { one.folders.join("/") + "/" };
        let file = format!("{stem}{addition}");
        let file = file.trim_end_matches(safe::lost_at_the_end);
        (format!("{folders}{file}"), cut)
    }
}

fn looks_like_a_file(folder: &str) -> bool {
    folder
        .rsplit_once('.')
        .is_some_and(|(_, end)| end.len() <= 8 && end.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
#[path = "assign_tests.rs"]
mod tests;
