//! The steps at which a test can pull the plug. Outside tests a step costs nothing and cannot fail.

use std::io;

/// The moments of writing that a crash can fall between, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The file in `tmp/` has some of its bytes.
    PartWritten,
    /// The file in `tmp/` is whole and on the disk.
    PartSynced,
    /// The file has its final name.
    Renamed,
    /// The final name is on the disk.
    NameSynced,
    /// The rows are written, the transaction is open.
    BeforeCommit,
    /// The transaction is on the disk.
    Committed,
    /// The number of the next sitting is on the disk, the sitting is not.
    NumberTaken,
    /// Recovery has decided about a file and not moved it yet.
    BeforeRescue,
}

/// Passes a step.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn reach(_: Step) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) use armed::{Fault, arm, disarm, passed, reach};

#[cfg(test)]
mod armed {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// What happens at the armed step.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// The process ends: unwinds past every piece of cleaning up.
        Crash,
        /// The system reports that the disk is full.
        DiskFull,
    }

    thread_local! {
        static ARMED: Cell<Option<(Step, Fault)>> = const { Cell::new(None) };
        static PASSED: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
    }

    /// The next time this thread reaches `step`, `fault` happens, once.
    pub(crate) fn arm(step: Step, fault: Fault) {
        ARMED.set(Some((step, fault)));
        PASSED.take();
    }

    /// No fault; true if the armed one had not happened yet.
    pub(crate) fn disarm() -> bool {
        ARMED.take().is_some()
    }

    /// The steps passed since the last look.
    pub(crate) fn passed() -> Vec<Step> {
        PASSED.take()
    }

    pub(crate) fn reach(step: Step) -> io::Result<()> {
        PASSED.with_borrow_mut(|steps| steps.push(step));
        match ARMED.get() {
            Some((armed, fault)) if armed == step => {
                ARMED.set(None);
                match fault {
                    // Past the panic hook: a crash on purpose needs no trace.
                    Fault::Crash => std::panic::resume_unwind(Box::new("crash")),
                    Fault::DiskFull => Err(io::ErrorKind::StorageFull.into()),
                }
            }
            _ => Ok(()),
        }
    }
}
