//! The operations of the hall, declared once.

use super::view::*;
use crate::Nothing;
use crate::declare::operations;
use crate::view::StationView;

operations! {
    trait HallOperations;
    /// Where the hall's database is, without its password.
    "hall.address" hall_address(Nothing) -> HallAddressView;
    /// Keeps where the hall's database is, and follows it.
    "hall.save" hall_save(HallAddressView) -> HallAddressView;
    /// Tries an address and tells what is wrong with it, or which batches are shared there. Nothing is kept.
    "hall.try" hall_try(HallAddressView) -> HallTrial;
    /// Shares the open batch with the hall; gives what the other booths have to type.
    "hall.share" hall_share(ShareRequest) -> Invitation;
    /// Takes part in a batch that another booth has shared; makes and opens it here if it is not here yet.
    "hall.join" hall_join(JoinRequest) -> StationView;
    /// What the other booths have to type; remembered by the audit log.
    "hall.invite" hall_invite(Nothing) -> Invitation;
    /// Goes on without the hall for good.
    "hall.leave" hall_leave(LeaveRequest) -> StationView;
    /// How this booth stands to the others, and what people have to decide.
    "hall.status" hall_status(Nothing) -> HallStatus;
    /// A person's word on a conflict, for all booths and the audit log.
    "hall.settle" hall_settle(SettleRequest) -> HallStatus;
}
