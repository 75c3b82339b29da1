//! Where the measure and the limit of each finding come from.

use domain::FindingCode as F;

/// The source of a finding's formula, in a few words; "booth frames" are those that `examples/findings_report` and
/// `examples/booth_report` measure.
pub fn source(code: F) -> &'static str {
    match code {
        F::NoFace | F::ManyFaces => "ISO/IEC 29794-5 single face present; BlazeFace with a 478-point mesh",
        F::HeadTop => "教毕指〔2017〕99号: 50–110 px, from the matte's upper contour",
        F::EyeLine => "教毕指〔2017〕99号: 200–300 px",
        F::FaceWidth => "教毕指〔2017〕99号: 180–300 px, cheek to cheek",
        F::Centre => "教毕指〔2017〕99号: centred; 5% of the width is our own reading",
        F::Roll => "ISO/IEC 29794-5 head pose: the line through the eyes; 3° and 5° are our own gate",
        F::Yaw | F::Pitch => "ISO/IEC 29794-5 head pose; 10° of the 考研 network registration",
        F::EyesClosed => {
            "ISO/IEC 29794-5 eyes open (lid gap), with the blink score; limits from booth frames"
        }
        F::Gaze => "iris between the eye's corners (mesh); limits from booth frames and from moved irises",
        F::MouthOpen => {
            "ISO/IEC 29794-5 mouth closed: inner lip gap over mouth width; limits from booth frames"
        }
        F::Glasses => {
            "dark lines under the eyes and over the bridge against the skin; limits from booth frames"
        }
        F::GlassesGlare => "white part of the lenses; limits from drawn glasses",
        F::TintedLenses => "lightness behind the lenses over that of the cheeks; limits from drawn glasses",
        F::BrowsCovered | F::EyesCovered => {
            "ISO/IEC 29794-5 eyes visible, by the skin's colour instead of a parser; limits from booth frames"
        }
        F::EarsHidden => "the skin's colour beside the cheeks; a note only",
        F::HeadCovering => "ISO/IEC 29794-5 no head covering, by colours that hair has not; a tick decides",
        F::ShouldersTilted => "the matte's contour at mirrored places; limits from booth frames",
        F::NeckHidden => "the cheeks' tint (a*/L*, b*/L*) below the chin; a note only",
        F::Sharpness => {
            "Crété et al. 2007, and the steepness of edges at two scales; limits from blurred booth frames"
        }
        F::OverExposed => "ISO/IEC 29794-5 over-exposure: luminance 247–255 on the face",
        F::UnderExposed => "ISO/IEC 29794-5 under-exposure, with mean luminance; limits from booth frames",
        F::LightBalance => "ISO/IEC 29794-5 illumination uniformity: both cheeks, and ten mirrored places",
        F::SkinHighlight => "white part of the skin; limits from booth frames",
        F::ColourCast => {
            "ISO/IEC 29794-5 natural colour: a* 5–25, b* 5–35 on the cheeks, b* less on brown skin; hue on dark skin"
        }
        F::Upscaled => "delivered pixels over the frame's; 教毕指〔2017〕99号 asks for 480 × 640 real ones",
        F::OutsideFrame => "ISO/IEC 29794-5 margins: the crop against the frame",
        F::BackdropUneven => {
            "ISO/IEC 29794-5 background uniformity: mean gradient and spread where nobody is"
        }
        F::BackgroundColour => "the standard's colours, ±2 after decoding",
        F::ClothesNearBackground => {
            "CIE76 to the standard's colour below the collar; limits from booth frames"
        }
        F::MatteUnsure => "overlap of the fine with the coarse matte; limits from booth frames",
        F::Border => "教毕指〔2017〕99号: no border; dark rows and columns at the edge",
        F::Compression => "ISO/IEC 29794-5 compression; steps at 8 × 8 blocks (Wang, Bovik, Evan 2000)",
        F::Unreadable | F::NotJpeg | F::Extension | F::ColourDepth => {
            "教毕指〔2017〕99号: a real 24-bit JPEG, .jpg"
        }
        F::Pixels | F::Density | F::Bytes | F::Quality => {
            "教毕指〔2017〕99号 and the unit's notice, by the spec"
        }
        F::TrailingBytes => "ITU-T T.81: nothing follows the end of image",
        F::Metadata => "EXIF 2.3: what travels with the picture",
        F::FrozenPicture => "the same bytes under another code",
        F::PlateUnfit => {
            "the plate's difference to what is seen beside the person, after its light was brought over"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_named_for_what_the_standards_say() {
        assert!(source(F::HeadTop).contains("50–110"));
        assert!(source(F::Compression).contains("29794-5"));
    }
}
