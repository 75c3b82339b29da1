//! Parcels as they are shown, and what was signed for them.

use store::ParcelRecord;

use super::super::door::Room;
use super::super::view::*;
use crate::ApiError;

/// A parcel as the screens show it.
pub(in super::super) fn parcel_view(record: ParcelRecord) -> ParcelView {
    let receipt = record.receipt.and_then(|(signed_by, on, at)| {
        let signed_on = serde_json::from_value(serde_json::Value::String(on)).ok()?;
        Some(ReceiptView { signed_by, signed_on, at })
    });
    ParcelView {
        id: record.id,
        kind: match record.kind.as_str() {
            "sealed" => ParcelKind::Sealed,
            "correction" => ParcelKind::Correction,
            _ => ParcelKind::Bag,
        },
        name: record.name,
        place: record.place,
        began_at: record.began_at,
        ended_at: record.ended_at,
        complete: record.bag_checksum.is_some(),
        files: record.files,
        bytes: record.bytes,
        missing: record.missing.unwrap_or(0),
        contents: serde_json::from_value(record.contents).unwrap_or_default(),
        bag_checksum: record.bag_checksum,
        receipt,
    }
}

/// Enters a receipt; the checksum on the paper must be the bag's.
pub(in super::super) fn receipt(room: &Room, request: ReceiptRequest) -> Result<ParcelView, ApiError> {
    let record = room.read(|reader| reader.parcel(request.parcel))?;
    let typed: String = request
        .checksum
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect::<String>()
        .to_lowercase();
    let agrees = record.bag_checksum.is_some_and(|sum| typed.len() >= 16 && sum.to_hex().starts_with(&typed));
    if !agrees {
        return Err(ApiError::new(
            "receipt_checksum",
            "回执上的校验值与这个交付包不一致（至少抄写前 16 位）。请核对是不是同一个包。",
            "The checksum on the receipt is not this bag's (at least its first 16 digits). Check that it is the same bag.",
        ));
    }
    let signed = room.write(move |store, now| {
        store.sign_parcel(request.parcel, &request.signed_by, request.signed_on, now)
    })?;
    Ok(parcel_view(signed))
}
