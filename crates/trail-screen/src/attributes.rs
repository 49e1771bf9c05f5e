//! How a cell looks, and the 32-bit number that stands for it in a cell.

use rustc_hash::FxHashMap;

/// A colour as the program asked for it; the palette decides what it looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Color {
    /// The terminal's own foreground or background.
    #[default]
    Default,
    /// An entry of the palette of 256; 0 to 15 are the named colours.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The line under a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Underline {
    /// No line.
    #[default]
    None,
    /// One straight line.
    Single,
    /// Two straight lines.
    Double,
    /// A wavy line.
    Curly,
    /// A dotted line.
    Dotted,
    /// A dashed line.
    Dashed,
}

impl Underline {
    /// All kinds, in the order of their numbers (those of `SGR 4:n`).
    pub(crate) const ALL: [Underline; 6] =
        [Underline::None, Underline::Single, Underline::Double, Underline::Curly, Underline::Dotted, Underline::Dashed];
}

/// How a character is drawn: what `SGR` set when it was printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes {
    /// Colour of the character.
    pub fg: Color,
    /// Colour behind it.
    pub bg: Color,
    /// Colour of the underline; the character's if `None`.
    pub underline_color: Option<Color>,
    /// Kind of underline.
    pub underline: Underline,
    /// Bold, or increased intensity.
    pub bold: bool,
    /// Faint, or decreased intensity.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Blinking, slowly or fast.
    pub blink: bool,
    /// Foreground and background exchanged.
    pub inverse: bool,
    /// Not drawn (the text is there all the same).
    pub conceal: bool,
    /// Crossed out.
    pub strike: bool,
}

/// Attributes as a number: 0 is the default, most others are packed into the bits, the rest (direct colours and
/// underline colours) are entries of a [`StyleTable`].
///
/// INVARIANT: two styles of one table are equal exactly when their attributes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style(pub(crate) u32);

/// Marks a style that is an index into the table.
const INTERNED: u32 = 1 << 31;
const BG_SHIFT: u32 = 9;
const COLOR_MASK: u32 = 0x1ff;
const BOLD: u32 = 1 << 18;
const DIM: u32 = 1 << 19;
const ITALIC: u32 = 1 << 20;
const INVERSE: u32 = 1 << 21;
const CONCEAL: u32 = 1 << 22;
const STRIKE: u32 = 1 << 23;
const UNDERLINE_SHIFT: u32 = 24;
const BLINK: u32 = 1 << 27;
/// All bits that a packed style may have.
const PACKED_MASK: u32 = (1 << 28) - 1;

impl Style {
    /// Default attributes.
    pub(crate) const DEFAULT: Style = Style(0);

    /// Packs attributes without direct colours; `None` for those that need a table.
    fn pack(attributes: &Attributes) -> Option<Style> {
        let color = |color| match color {
            Color::Default => Some(0),
            Color::Indexed(index) => Some(u32::from(index) + 1),
            Color::Rgb(..) => None,
        };
        if attributes.underline_color.is_some() {
            return None;
        }
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        Some(Style(
            color(attributes.fg)?
                | color(attributes.bg)? << BG_SHIFT
                | flag(attributes.bold, BOLD)
                | flag(attributes.dim, DIM)
                | flag(attributes.italic, ITALIC)
                | flag(attributes.inverse, INVERSE)
                | flag(attributes.conceal, CONCEAL)
                | flag(attributes.strike, STRIKE)
                | flag(attributes.blink, BLINK)
                | (attributes.underline as u32) << UNDERLINE_SHIFT,
        ))
    }

    fn unpack(self) -> Attributes {
        let color = |bits: u32| match bits & COLOR_MASK {
            0 => Color::Default,
            index => Color::Indexed((index - 1) as u8),
        };
        Attributes {
            fg: color(self.0),
            bg: color(self.0 >> BG_SHIFT),
            underline_color: None,
            underline: Underline::ALL.get((self.0 >> UNDERLINE_SHIFT & 7) as usize).copied().unwrap_or_default(),
            bold: self.0 & BOLD != 0,
            dim: self.0 & DIM != 0,
            italic: self.0 & ITALIC != 0,
            blink: self.0 & BLINK != 0,
            inverse: self.0 & INVERSE != 0,
            conceal: self.0 & CONCEAL != 0,
            strike: self.0 & STRIKE != 0,
        }
    }

    /// The table index of a style that has one.
    pub(crate) fn index(self) -> Option<usize> {
        (self.0 & INTERNED != 0).then_some((self.0 & !INTERNED) as usize)
    }

    /// A packed style read from a file, if its bits are in range.
    pub(crate) fn from_packed(bits: u32) -> Option<Style> {
        let style = Style(bits & PACKED_MASK);
        let canonical = Style::pack(&style.unpack())?;
        (canonical.0 == bits).then_some(canonical)
    }
}

/// The attributes that do not fit into 31 bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct StyleTable {
    entries: Vec<Attributes>,
    index: FxHashMap<Attributes, u32>,
}

impl StyleTable {
    /// Returns the style of these attributes, entering them if they are new.
    pub(crate) fn style(&mut self, attributes: &Attributes) -> Style {
        if let Some(style) = Style::pack(attributes) {
            return style;
        }
        if let Some(&index) = self.index.get(attributes) {
            return Style(INTERNED | index);
        }
        let index = self.entries.len() as u32;
        self.entries.push(*attributes);
        self.index.insert(*attributes, index);
        Style(INTERNED | index)
    }

    /// Returns the attributes that a style of this table stands for.
    pub(crate) fn attributes(&self, style: Style) -> Attributes {
        match style.index() {
            Some(index) => self.entries.get(index).copied().unwrap_or_default(),
            None => style.unpack(),
        }
    }

    /// The style of a cell that was erased while `style` was set: its background and nothing else.
    pub(crate) fn background_of(&mut self, style: Style) -> Style {
        match style.index() {
            None => Style(style.0 & (COLOR_MASK << BG_SHIFT)),
            Some(_) => {
                let bg = self.attributes(style).bg;
                self.style(&Attributes { bg, ..Attributes::default() })
            }
        }
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
