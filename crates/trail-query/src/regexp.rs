//! Whether a regular expression can be read in Lucene's dialect.
//!
//! Operators: `| ( ) ? * + {n,m} . [...] [^...] "text" @ # ~ & <n-m> \x`. Everything else is itself.

/// Groups inside each other.
const NESTING: usize = 64;

/// Says what is wrong with a pattern; `None` if it can be read.
pub(crate) fn fault(pattern: &str) -> Option<&'static str> {
    let mut reader = Reader { chars: pattern.chars().collect(), at: 0 };
    if pattern.is_empty() {
        return None;
    }
    match reader.union(0) {
        Ok(()) if reader.at < reader.chars.len() => Some("no `)` without `(`"),
        Ok(()) => None,
        Err(fault) => Some(fault),
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn union(&mut self, depth: usize) -> Result<(), &'static str> {
        if depth > NESTING {
            return Err("fewer groups inside each other");
        }
        loop {
            self.intersection(depth)?;
            if !self.take('|') {
                return Ok(());
            }
        }
    }

    fn intersection(&mut self, depth: usize) -> Result<(), &'static str> {
        loop {
            self.repeat(depth)?;
            while self.peek().is_some_and(|c| !matches!(c, ')' | '|' | '&')) {
                self.repeat(depth)?;
            }
            if !self.take('&') {
                return Ok(());
            }
        }
    }

    fn repeat(&mut self, depth: usize) -> Result<(), &'static str> {
        self.simple(depth)?;
        loop {
            match self.peek() {
                Some('?' | '*' | '+') => self.at += 1,
                Some('{') => {
                    self.at += 1;
                    self.counts()?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn counts(&mut self) -> Result<(), &'static str> {
        self.digits().ok_or("a number after `{`")?;
        if self.take(',') {
            self.digits();
        }
        if self.take('}') { Ok(()) } else { Err("`}` after the numbers of a repetition") }
    }

    fn digits(&mut self) -> Option<()> {
        let before = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > before && self.at - before < 10).then_some(())
    }

    fn simple(&mut self, depth: usize) -> Result<(), &'static str> {
        while self.take('~') {}
        let Some(c) = self.peek() else { return Err("more after the operator") };
        self.at += 1;
        match c {
            '[' => self.class(),
            '(' if self.take(')') => Ok(()),
            '(' => {
                self.union(depth + 1)?;
                if self.take(')') { Ok(()) } else { Err("`)` for each `(`") }
            }
            '"' => self.until('"').ok_or("a closing quote"),
            '<' => self.interval(),
            '\\' => {
                self.at += 1;
                if self.at > self.chars.len() { Err("a character after the backslash") } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn class(&mut self) -> Result<(), &'static str> {
        self.take('^');
        loop {
            let first = self.class_char()?;
            if self.take('-') && self.class_char()? < first {
                return Err("a character range from low to high");
            }
            if self.take(']') {
                return Ok(());
            }
        }
    }

    fn class_char(&mut self) -> Result<char, &'static str> {
        self.take('\\');
        let c = self.peek().ok_or("`]` for each `[`")?;
        self.at += 1;
        Ok(c)
    }

    fn interval(&mut self) -> Result<(), &'static str> {
        let from = self.at;
        self.until('>').ok_or("a closing `>`")?;
        let inside: String = self.chars[from..self.at - 1].iter().collect();
        let number = |text: &str| !text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
        match inside.split_once('-') {
            Some((low, high)) if number(low) && number(high) => Ok(()),
            _ => Err("an interval of two numbers, `<1-10>`"),
        }
    }

    fn until(&mut self, end: char) -> Option<()> {
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == end {
                return Some(());
            }
        }
        None
    }
}
