//! Control functions by name: what a sequence asks for, apart from doing it.

use crate::parser::Params;

/// A control function with its parameters. Counts are at least 1, positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// BS
    Backspace,
    /// HT
    Tab,
    /// LF, VT, FF
    LineFeed,
    /// CR
    CarriageReturn,
    /// SI, SO: the set Gn is printed with
    Invoke(u8),
    /// IND
    Index,
    /// NEL
    NextLine,
    /// RI
    ReverseIndex,
    /// HTS
    SetTab,
    /// DECSC, SCOSC
    SaveCursor,
    /// DECRC, SCORC
    RestoreCursor,
    /// RIS
    FullReset,
    /// DECSTR
    SoftReset,
    /// DECALN
    ScreenAlignment,
    /// SCS: Gn is DEC special graphics, or ASCII
    Designate { set: u8, graphics: bool },
    /// DECKPAM, DECKPNM
    ApplicationKeypad(bool),
    /// ICH
    InsertBlank(usize),
    /// CUU
    Up(usize),
    /// CUD, VPR
    Down(usize),
    /// CUF, HPR
    Forward(usize),
    /// CUB
    Backward(usize),
    /// CNL
    DownToStart(usize),
    /// CPL
    UpToStart(usize),
    /// CHA, HPA
    Column(usize),
    /// VPA
    Row(usize),
    /// CUP, HVP
    Position { row: usize, col: usize },
    /// CHT
    ForwardTabs(usize),
    /// CBT
    BackwardTabs(usize),
    /// TBC
    ClearTab,
    /// TBC 3
    ClearAllTabs,
    /// DECST8C
    ResetTabs,
    /// ED
    EraseDisplay(Erase),
    /// ED 3 (xterm)
    EraseHistory,
    /// EL
    EraseLine(Erase),
    /// ECH
    EraseChars(usize),
    /// IL
    InsertLines(usize),
    /// DL
    DeleteLines(usize),
    /// DCH
    DeleteChars(usize),
    /// SU
    ScrollUp(usize),
    /// SD
    ScrollDown(usize),
    /// REP
    Repeat(usize),
    /// SGR
    Attributes,
    /// SM, RM
    Modes(bool),
    /// DECSET, DECRST
    PrivateModes(bool),
    /// DECSCUSR
    CursorStyle(u16),
    /// DECSTBM: first row and the one after the last, from 0; 0 for the screen's height
    Margins { top: usize, bottom: usize },
    /// XTWINOPS 22
    PushTitle,
    /// XTWINOPS 23
    PopTitle,
}

/// Which part of a row or screen to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Erase {
    /// From the cursor to the end.
    After,
    /// From the start to the cursor, inclusive.
    Before,
    /// Everything.
    All,
}

impl Function {
    /// The function of a control character.
    pub(crate) fn control(byte: u8) -> Option<Function> {
        Some(match byte {
            0x08 => Function::Backspace,
            0x09 => Function::Tab,
            0x0a..=0x0c => Function::LineFeed,
            0x0d => Function::CarriageReturn,
            0x0e => Function::Invoke(1),
            0x0f => Function::Invoke(0),
            _ => return None,
        })
    }

    /// The function of an escape sequence: intermediates (first one in the low byte) and final byte.
    pub(crate) fn escape(intermediates: u16, last: u8) -> Option<Function> {
        if let (b'B' | b'0', 0x28..=0x2b) = (last, intermediates) {
            return Some(Function::Designate { set: (intermediates - 0x28) as u8, graphics: last == b'0' });
        }
        Some(match (intermediates, last) {
            (0, b'D') => Function::Index,
            (0, b'E') => Function::NextLine,
            (0, b'H') => Function::SetTab,
            (0, b'M') => Function::ReverseIndex,
            (0, b'c') => Function::FullReset,
            (0, b'7') => Function::SaveCursor,
            (0, b'8') => Function::RestoreCursor,
            (0x23, b'8') => Function::ScreenAlignment,
            (0, b'=') => Function::ApplicationKeypad(true),
            (0, b'>') => Function::ApplicationKeypad(false),
            // LS2, LS3 (ESC n, ESC o) and the single shifts are left out: no program of this century invokes G2 or G3.
            _ => return None,
        })
    }

    /// The function of a CSI sequence.
    #[inline]
    pub(crate) fn csi(params: &Params, intermediates: u16, last: u8) -> Option<Function> {
        const QUESTION: u16 = b'?' as u16;
        const BANG: u16 = b'!' as u16;
        const SPACE: u16 = b' ' as u16;
        let count = || usize::from(params.value_or(0, 1));
        Some(match (intermediates, last) {
            (0, b'm') => Function::Attributes,
            (0, b'H' | b'f') => Function::Position { row: count() - 1, col: usize::from(params.value_or(1, 1)) - 1 },
            (0, b'K') => Function::EraseLine(erase(params)?),
            (0, b'J') if params.value_or(0, 0) == 3 => Function::EraseHistory,
            (0, b'J') => Function::EraseDisplay(erase(params)?),
            (0, b'A') => Function::Up(count()),
            (0, b'B' | b'e') => Function::Down(count()),
            (0, b'C' | b'a') => Function::Forward(count()),
            (0, b'D') => Function::Backward(count()),
            (0, b'E') => Function::DownToStart(count()),
            (0, b'F') => Function::UpToStart(count()),
            (0, b'G' | b'`') => Function::Column(count() - 1),
            (0, b'd') => Function::Row(count() - 1),
            (0, b'I') => Function::ForwardTabs(count()),
            (0, b'Z') => Function::BackwardTabs(count()),
            (0, b'@') => Function::InsertBlank(count()),
            (0, b'P') => Function::DeleteChars(count()),
            (0, b'X') => Function::EraseChars(count()),
            (0, b'L') => Function::InsertLines(count()),
            (0, b'M') => Function::DeleteLines(count()),
            (0, b'S') => Function::ScrollUp(count()),
            (0, b'T') => Function::ScrollDown(count()),
            (0, b'b') => Function::Repeat(count()),
            (0, b'h') => Function::Modes(true),
            (0, b'l') => Function::Modes(false),
            (QUESTION, b'h') => Function::PrivateModes(true),
            (QUESTION, b'l') => Function::PrivateModes(false),
            (0, b'r') => Function::Margins { top: count() - 1, bottom: usize::from(params.value_or(1, 0)) },
            (0, b's') => Function::SaveCursor,
            (0, b'u') => Function::RestoreCursor,
            (0, b'g') => match params.value_or(0, 0) {
                0 => Function::ClearTab,
                3 => Function::ClearAllTabs,
                _ => return None,
            },
            (QUESTION, b'W') if params.value_or(0, 0) == 5 => Function::ResetTabs,
            (SPACE, b'q') => Function::CursorStyle(params.value_or(0, 0)),
            (BANG, b'p') => Function::SoftReset,
            (0, b't') => match params.value_or(0, 1) {
                22 => Function::PushTitle,
                23 => Function::PopTitle,
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// The parameter of ED and EL.
fn erase(params: &Params) -> Option<Erase> {
    match params.value_or(0, 0) {
        0 => Some(Erase::After),
        1 => Some(Erase::Before),
        2 => Some(Erase::All),
        _ => None,
    }
}
