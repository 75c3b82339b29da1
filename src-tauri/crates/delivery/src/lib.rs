//! The handover on files: naming templates, BagIt bags on sticks, verification, results matched to people.
