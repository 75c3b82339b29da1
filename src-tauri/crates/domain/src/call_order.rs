//! Who is called next.

use crate::{ShotNumber, Stage, Ticket};

/// Sorts the waiting: those with priority, then those who came back after a pass or a hold, then by number. People
/// who came back have waited once already; among them the smaller number goes first too.
pub fn key(number: ShotNumber, ticket: &Ticket) -> (bool, bool, ShotNumber) {
    (!ticket.place.priority, ticket.place.returns == 0, number)
}

/// The number to be called next.
pub fn next<'a>(tickets: impl IntoIterator<Item = (ShotNumber, &'a Ticket)>) -> Option<ShotNumber> {
    tickets
        .into_iter()
        .filter(|(_, ticket)| matches!(ticket.stage(), Stage::Waiting))
        .min_by_key(|(number, ticket)| key(*number, ticket))
        .map(|(number, _)| number)
}

/// The number that a booth has called or has in its seat. A booth calls the next one when this one is done, so that
/// there is never a doubt about who sits there.
pub fn at_booth<'a>(
    tickets: impl IntoIterator<Item = (ShotNumber, &'a Ticket)>,
    booth: &str,
) -> Option<ShotNumber> {
    tickets.into_iter().find(|(_, ticket)| ticket.stage().booth() == Some(booth)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Timestamp};

    #[test]
    fn priority_then_those_who_came_back_then_the_number() {
        let now = Timestamp(0);
        let plain = Ticket::issued(false, now);
        let urgent = Ticket::issued(true, now);
        let called = plain.step(&Action::Call { booth: "1".into() }, now).unwrap();
        let back = called.step(&Action::Pass, now).unwrap().step(&Action::Back, now).unwrap();
        let mut queue = vec![
            (ShotNumber(1), called.clone()),
            (ShotNumber(2), plain.clone()),
            (ShotNumber(3), back.clone()),
            (ShotNumber(4), urgent),
            (ShotNumber(5), back),
        ];
        let mut order = Vec::new();
        while let Some(number) = next(queue.iter().map(|(n, t)| (*n, t))) {
            order.push(number.0);
            queue.retain(|(n, _)| *n != number);
        }
        assert_eq!(order, [4, 3, 5, 2]);
        assert_eq!(at_booth([(ShotNumber(1), &called)], "1"), Some(ShotNumber(1)));
        assert_eq!(at_booth([(ShotNumber(1), &called)], "2"), None);
    }
}
