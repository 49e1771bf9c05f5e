//! Telling a shell's prompt by its looks.

/// Confidence, in percent, of the kinds of evidence for a command.
pub(super) mod confidence {
    /// OSC 133 marks.
    pub(crate) const MARKS: u8 = 99;
    /// Enter was pressed behind what looks like a prompt.
    pub(crate) const PROMPT_AND_ENTER: u8 = 90;
    /// Enter was pressed behind something that ends with a symbol.
    pub(crate) const SYMBOL_AND_ENTER: u8 = 75;
    /// The cursor waited behind `user@host …$` and then left the line downwards.
    pub(crate) const USER_PROMPT: u8 = 80;
    /// The cursor waited behind another prompt and then left the line downwards.
    pub(crate) const PLAIN_PROMPT: u8 = 60;
    /// The line reads `user@host …$ command`, and nobody saw the cursor wait.
    pub(crate) const USER_LINE: u8 = 50;
    /// A line was typed and shown, where no prompt has ever been.
    pub(crate) const TYPED: u8 = 30;
}

/// Longest text in bytes that can be a prompt: two lines of a wide terminal.
const PROMPT_LEN_MAX: usize = 400;

/// Symbols that end prompts of their own making, beside `$ # % >`.
const SYMBOLS: [char; 8] = ['❯', '➜', 'λ', '»', '›', '▶', '\u{e0b0}', '✗'];

/// What the text left of the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// `user@host …$ `
    UserPrompt,
    /// Something that ends like a prompt.
    PlainPrompt,
    /// Something that ends with a symbol that is no punctuation of text.
    Symbol,
    /// Anything else: a question, a label, text.
    Other,
}

/// Judges the text between the line's begin and the cursor.
pub(super) fn looks(left: &str) -> Looks {
    let prompt = left.trim_end_matches(' ');
    let is_spaced = prompt.len() < left.len();
    let Some(last) = prompt.chars().next_back().filter(|_| left.len() <= PROMPT_LEN_MAX) else {
        return Looks::Other;
    };
    let before = &prompt[..prompt.len() - last.len_utf8()];
    match last {
        // A percentage is not a prompt.
        '%' if before.ends_with(|c: char| c.is_ascii_digit()) => Looks::Other,
        '$' | '#' | '%' | '>' if is_spaced && user_at_host(before) => Looks::UserPrompt,
        '$' | '#' | '%' | '>' if is_spaced => Looks::PlainPrompt,
        // Network devices: `switch#`, `router(config)#`, `host>`.
        '#' | '>' if !before.contains(' ') && before.contains(|c: char| c.is_ascii_alphanumeric()) => {
            Looks::PlainPrompt
        }
        symbol if is_spaced && SYMBOLS.contains(&symbol) => Looks::PlainPrompt,
        symbol if is_spaced && !symbol.is_ascii() && !symbol.is_alphanumeric() => Looks::Symbol,
        _ => Looks::Other,
    }
}

/// Tells whether the text holds `user@host`.
fn user_at_host(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '.';
    text.split_once('@').is_some_and(|(user, host)| user.ends_with(is_name) && host.starts_with(is_name))
}

/// Where the command begins in a line that reads `user@host …$ command`, `[user@host …]# command` and the like.
pub(super) fn user_prompt_end(line: &str) -> Option<usize> {
    let (user, rest) = line.split_once('@')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let user = user.trim_start_matches(['[', '(']);
    if user.is_empty() || !user.chars().all(is_name) || !rest.starts_with(is_name) {
        return None;
    }
    let at = line.len() - rest.len();
    let end =
        rest.char_indices().find(|&(i, c)| matches!(c, '$' | '#' | '%' | '>') && rest[i + 1..].starts_with(' '))?.0;
    (at + end + 2 <= PROMPT_LEN_MAX).then_some(at + end + 2)
}

/// What zsh calls that of which it asks for the rest.
const UNFINISHED: [&str; 24] = [
    "heredoc",
    "quote",
    "dquote",
    "bquote",
    "cmdsubst",
    "mathsubst",
    "braceparam",
    "pipe",
    "cmdand",
    "cmdor",
    "subsh",
    "cursh",
    "for",
    "foreach",
    "while",
    "until",
    "repeat",
    "select",
    "if",
    "then",
    "else",
    "elif",
    "case",
    "function",
];

/// Tells whether a prompt asks for the rest of a command: `> `, `heredoc> `, `for dquote> `.
pub(super) fn asks_for_more(left: &str) -> bool {
    let names = left.strip_suffix("> ").map(str::split_whitespace);
    names.is_some_and(|mut names| names.all(|name| UNFINISHED.contains(&name)))
}

/// Where the text begins behind a prompt that asks for the rest; 0 if there is none.
pub(super) fn continuation_end(line: &str) -> usize {
    line.find("> ").map(|at| at + 2).filter(|&end| asks_for_more(&line[..end])).unwrap_or(0)
}

/// Tells whether a text is what masked input looks like.
pub(super) fn is_mask(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '•' | '●' | '·' | ' '))
}
