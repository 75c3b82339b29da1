use super::*;

/// A JPEG by its parts: APP0 with a hidden "FF D9", frame header, scan with stuffing, end.
fn jpeg(scan: &[u8]) -> Vec<u8> {
    let mut j = vec![0xFF, SOI, 0xFF, 0xE0, 0, 6, 0xFF, EOI, 0xFF, EOI];
    j.extend([0xFF, 0xC0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0]);
    j.extend([0xFF, SOS, 0, 8, 1, 1, 0, 0, 63, 0]);
    j.extend(scan);
    j.extend([0xFF, EOI]);
    j
}

const SCAN: [u8; 6] = [1, 2, 0xFF, 0, 3, 4];
const SIZE: Size = Size { width: 64, height: 48 };

#[test]
fn a_whole_jpeg_ends_at_its_own_end_marker() {
    let whole = jpeg(&SCAN);
    assert_eq!(whole_jpeg(&whole), Ok(JpegPacket { len: whole.len(), size: SIZE }));
}

#[test]
fn stale_bytes_after_the_end_are_cut_off() {
    let whole = jpeg(&SCAN);
    for tail in [&[0u8; 40][..], &jpeg(&SCAN), &[0xFF, EOI, 0xFF, EOI]] {
        let mut buffer = whole.clone();
        buffer.extend(tail);
        assert_eq!(whole_packet(&buffer, PixelFormat::Mjpeg, SIZE).unwrap(), whole);
    }
}

#[test]
fn no_cut_anywhere_passes_as_whole() {
    let whole = jpeg(&SCAN);
    for len in 0..whole.len() {
        assert!(whole_jpeg(&whole[..len]).is_err(), "cut at {len} of {}", whole.len());
    }
}

#[test]
fn a_buffer_that_does_not_begin_with_a_picture_is_refused() {
    let mut late = vec![0];
    late.extend(jpeg(&SCAN));
    assert_eq!(whole_jpeg(&late), Err(PacketFault::NoStart));
    assert_eq!(whole_jpeg(&[0; 64]), Err(PacketFault::NoStart));
    assert_eq!(whole_jpeg(&[]), Err(PacketFault::NoStart));
}

#[test]
fn headers_without_a_scan_or_a_size_are_refused() {
    assert_eq!(whole_jpeg(&[0xFF, SOI, 0xFF, EOI]), Err(PacketFault::Malformed));
    let mut zero = jpeg(&SCAN);
    zero[15..17].copy_from_slice(&[0, 0]);
    assert_eq!(whole_jpeg(&zero), Err(PacketFault::Malformed));
    let mut short = jpeg(&SCAN);
    short[4..6].copy_from_slice(&[0, 1]);
    assert_eq!(whole_jpeg(&short), Err(PacketFault::Malformed));
}

#[test]
fn restart_markers_must_come_in_turn() {
    let good = jpeg(&[1, 0xFF, 0xD0, 2, 0xFF, 0xD1, 3]);
    assert!(whole_jpeg(&good).is_ok());
    let spliced = jpeg(&[1, 0xFF, 0xD0, 2, 0xFF, 0xD4, 3]);
    assert_eq!(whole_jpeg(&spliced), Err(PacketFault::Spliced));
    let nine: Vec<u8> = (0..9).flat_map(|i| [7, 0xFF, 0xD0 + i % 8]).collect();
    assert!(whole_jpeg(&jpeg(&nine)).is_ok());
}

#[test]
fn several_scans_belong_to_one_picture() {
    let mut progressive = jpeg(&SCAN);
    progressive.truncate(progressive.len() - 2);
    progressive.extend([0xFF, SOS, 0, 8, 1, 1, 0, 0, 63, 0, 9, 9, 0xFF, 0xFF, EOI]);
    assert_eq!(whole_jpeg(&progressive).unwrap().len, progressive.len());
}

#[test]
fn a_picture_of_another_size_is_broken() {
    let other = Size { width: 640, height: 480 };
    let error = whole_packet(&jpeg(&SCAN), PixelFormat::Mjpeg, other).unwrap_err();
    assert_eq!(error.code, SourceCode::Broken);
    assert!(error.detail.contains("64x48"), "{}", error.detail);
}

#[test]
fn raw_packets_need_all_their_bytes() {
    for (pixel, len) in [(PixelFormat::Yuyv, 6144), (PixelFormat::Nv12, 4608), (PixelFormat::Rgb8, 9216)] {
        let buffer = vec![9; len + 5];
        assert_eq!(whole_packet(&buffer, pixel, SIZE).unwrap().len(), len, "{pixel:?}");
        assert_eq!(whole_packet(&buffer[..len - 1], pixel, SIZE).unwrap_err().code, SourceCode::Broken);
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut x = 88172645463325252u64;
    for _ in 0..2000 {
        let mut bytes = jpeg(&SCAN);
        for _ in 0..3 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let at = (x as usize >> 8) % bytes.len();
            bytes[at] = x as u8;
        }
        if let Ok(packet) = whole_jpeg(&bytes) {
            assert!(packet.len <= bytes.len());
        }
    }
}
