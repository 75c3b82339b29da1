//! What the station does not decide.

use domain::Text;

/// One thing that the operator has to look at, since no model with a free licence and no formula can tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Stable name.
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Tick {
    /// What to look at.
    pub fn text(&self) -> Text {
        Text::new(self.zh, self.en)
    }
}

/// Everything that the standard asks for and the station leaves to the eye, in the order of the face from above.
pub const TICKS: [Tick; 7] = [
    Tick {
        id: "head_covering", zh: "没有戴帽子、头巾、头饰", en: "No hat, scarf or hair ornament"
    },
    Tick {
        id: "hair", zh: "头发没有遮住眉毛、眼睛和耳朵", en: "Hair covers neither brows, eyes nor ears"
    },
    Tick {
        id: "rimless_glasses",
        zh: "没有戴无框眼镜、美瞳",
        en: "No rimless glasses, no coloured contact lenses",
    },
    Tick { id: "expression", zh: "表情自然，没有笑", en: "A natural expression, no smile" },
    Tick { id: "jewellery", zh: "没有戴耳环、项链", en: "No earrings, no necklace" },
    Tick {
        id: "collar", zh: "露出脖子，没有高领、吊带", en: "The neck is seen: no high collar, no straps"
    },
    Tick { id: "make_up", zh: "没有浓妆", en: "No heavy make-up" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_both_languages_speak() {
        for (i, tick) in TICKS.iter().enumerate() {
            assert!(TICKS[..i].iter().all(|other| other.id != tick.id));
            assert!(!tick.text().zh.is_empty() && !tick.text().en.is_empty());
        }
    }
}
