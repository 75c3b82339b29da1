//! From what was heard to what the screens show.

use std::collections::{HashMap, HashSet};

use domain::Timestamp;
use facts::{Book, CodeKey, Conflict, Settlement, Side};
use hall::Link;
use store::{Reader, StoreError};

use super::link::Heard;
use super::view::*;
use crate::owner::Owner;

/// A station that was not heard of for so long is not there.
const LATELY_MS: i64 = 60_000;

/// A conflict with its sides.
#[derive(Debug, Clone)]
pub(super) struct KnownConflict {
    key: String,
    kind: &'static str,
    text: domain::Text,
    sides: Vec<Side>,
    settled: Option<Settlement>,
}

impl KnownConflict {
    /// Whether a person's word is about this one, and names one of its pictures if any.
    pub(super) fn is(&self, word: &SettleRequest) -> bool {
        let offers = |keep| self.sides.iter().any(|side| side.shot.as_ref() == Some(keep));
        self.key == word.conflict && word.keep.as_ref().is_none_or(offers)
    }

    /// All of a batch, the open ones first.
    pub(super) fn all(book: &Book) -> Vec<Self> {
        let found = book.conflicts();
        // Two pictures of one code have two numbers, too: where nobody waits any more that is one thing to decide.
        let twice: HashSet<&CodeKey> = found
            .iter()
            .filter_map(|shown| match &shown.conflict {
                Conflict::ShotTwice { code: Some(code), .. } => Some(code),
                _ => None,
            })
            .collect();
        let same = |conflict: &Conflict| match conflict {
            Conflict::TwoNumbers { code, .. } => {
                twice.contains(code) && book.by_code(code).iter().all(|ticket| ticket.stage().is_final())
            }
            _ => false,
        };
        let mut all: Vec<Self> = found
            .iter()
            .filter(|shown| !same(&shown.conflict))
            .cloned()
            .map(|shown| Self {
                key: shown.conflict.key(),
                kind: shown.conflict.code(),
                text: shown.conflict.text(),
                sides: shown.conflict.sides(book),
                settled: shown.settled,
            })
            .collect();
        all.sort_by_key(|conflict| conflict.settled.is_some());
        all
    }
}

/// How this booth stands, for the bar.
pub(crate) fn head(owner: &Owner) -> Option<HallHead> {
    let shared = owner.desk.as_ref()?.store().hall_now().ok()??;
    let now = (owner.config.now)();
    Some(match owner.halls.heard() {
        Some(heard) => of(&heard, shared.station.as_str(), now),
        // Its thread is just being started.
        None => {
            HallHead { link: HallLink::Joining, alone_since: None, trouble: None, booths: 1, conflicts: 0 }
        }
    })
}

fn of(heard: &Heard, this: &str, now: Timestamp) -> HallHead {
    let (link, alone_since) = match heard.link {
        Link::Online => (HallLink::Online, None),
        Link::Joining => (HallLink::Joining, None),
        Link::Alone { since } => (HallLink::Alone, Some(since)),
    };
    let newest = newest(heard, now);
    let others =
        heard.stations.iter().filter(|s| s.station.as_str() != this && is_there(s.seen_at, newest)).count();
    HallHead {
        link,
        alone_since,
        trouble: heard.trouble.as_ref().filter(|_| link != HallLink::Online).map(|t| t.text.clone()),
        booths: others as u32 + 1,
        conflicts: heard.conflicts.iter().filter(|c| c.settled.is_none()).count() as u32,
    }
}

/// The hall's clock is another one than ours: what counts is how far a station is behind the newest.
fn newest(heard: &Heard, now: Timestamp) -> Timestamp {
    heard.stations.iter().map(|station| station.seen_at).max().unwrap_or(now)
}

fn is_there(seen: Timestamp, newest: Timestamp) -> bool {
    newest.millis_since(seen) < LATELY_MS
}

/// What the rows of this folder add: who this is, and which pictures are here.
pub(super) struct Here {
    pub(super) station: String,
    pub(super) booth: String,
    pub(super) title: String,
    pub(super) identities: bool,
    pub(super) unsent: u32,
}

pub(super) fn status(
    reader: &Reader,
    heard: Option<&Heard>,
    here: Here,
    has_address: bool,
    now: Timestamp,
) -> Result<HallStatus, StoreError> {
    let Some(heard) = heard else {
        return Ok(HallStatus {
            head: Some(HallHead {
                link: HallLink::Joining,
                alone_since: None,
                trouble: None,
                booths: 1,
                conflicts: 0,
            }),
            title: Some(here.title),
            has_address,
            identities: here.identities,
            stations: Vec::new(),
            numbers_left: 0,
            unsent: here.unsent,
            conflicts: Vec::new(),
        });
    };
    let newest = newest(heard, now);
    let mut names: HashMap<&str, &str> =
        heard.stations.iter().map(|s| (s.station.as_str(), s.booth.as_str())).collect();
    names.insert(&here.station, &here.booth);
    let conflicts = heard
        .conflicts
        .iter()
        .map(|conflict| self::conflict(reader, conflict, &names, &here.station))
        .collect::<Result<_, _>>()?;
    Ok(HallStatus {
        head: Some(of(heard, &here.station, now)),
        title: Some(here.title),
        has_address,
        identities: here.identities,
        stations: heard
            .stations
            .iter()
            .map(|s| HallStation {
                booth: s.booth.clone(),
                seen_at: s.seen_at,
                // Cut off, nobody knows.
                there: heard.link == Link::Online && is_there(s.seen_at, newest),
                this: s.station.as_str() == here.station,
            })
            .collect(),
        numbers_left: heard.numbers_left,
        unsent: here.unsent,
        conflicts,
    })
}

fn conflict(
    reader: &Reader,
    conflict: &KnownConflict,
    names: &HashMap<&str, &str>,
    this: &str,
) -> Result<ConflictView, StoreError> {
    let keep = conflict.settled.as_ref().and_then(|settled| settled.keep.as_ref());
    let side = |side: &Side| -> Result<ConflictSide, StoreError> {
        let station = side.station.as_str();
        let picture = side.shot.as_ref().map(|shot| reader.hall_picture(shot)).transpose()?.flatten();
        let picture = picture.map(|id| reader.portrait(id)).transpose()?;
        Ok(ConflictSide {
            number: side.number,
            booth: side
                .booth
                .clone()
                .or_else(|| names.get(station).map(|name| (*name).to_owned()))
                .unwrap_or_else(|| station.to_owned()),
            here: station == this,
            at: side.at,
            stage: side.stage.clone(),
            kept: keep.is_some() && side.shot.as_ref() == keep,
            picture: picture.map(|p| format!("portrait/{}", p.hash)),
            shot: side.shot.clone(),
        })
    };
    Ok(ConflictView {
        key: conflict.key.clone(),
        kind: conflict.kind.to_owned(),
        text: conflict.text.clone(),
        choose: conflict.sides.iter().filter(|side| side.shot.is_some()).count() > 1,
        sides: conflict.sides.iter().map(side).collect::<Result<_, _>>()?,
        settled: conflict.settled.as_ref().map(|settled| settled.reason.clone()),
        settled_at: conflict.settled.as_ref().map(|settled| Timestamp(settled.stamp.millis)),
    })
}

/// The status of a station whose open batch is not shared.
pub(super) fn nothing(has_address: bool, title: Option<String>) -> HallStatus {
    HallStatus {
        head: None,
        title,
        has_address,
        identities: false,
        stations: Vec::new(),
        numbers_left: 0,
        unsent: 0,
        conflicts: Vec::new(),
    }
}
