//! Tests of the analyzer against Lucene's own output, and of what Lucene does not have.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

/// A file of the Lucene vectors: of `testdata/lucene`, or of the folder that `TRAIL_LUCENE_VECTORS` names.
fn vectors(file: &str) -> String {
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/lucene");
    let path = std::env::var_os("TRAIL_LUCENE_VECTORS").map_or_else(ours, PathBuf::from).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn strings(value: &serde_json::Value) -> Vec<String> {
    // Lucene does not normalize; the analyzer compares in NFC.
    value.as_array().unwrap().iter().map(|token| token.as_str().unwrap().nfc().collect()).collect()
}

#[test]
fn words_are_lucenes() {
    for vector in json_lines(&vectors("analysis/vectors.jsonl")) {
        let text = vector["text"].as_str().unwrap();
        assert_eq!(words(text), strings(&vector["tokens"]), "{text:?}");
        assert_eq!(count_words(text) as usize, words(text).len(), "{text:?}");
    }
}

#[test]
fn words_of_whole_screens_are_lucenes() {
    let (corpus, tokens) = (vectors("classic/corpus.jsonl"), vectors("classic/tokens.jsonl"));
    for (screen, expected) in json_lines(&corpus).iter().zip(json_lines(&tokens)) {
        for field in ["content", "command"] {
            if let Some(text) = screen[field].as_str() {
                assert_eq!(words(text), strings(&expected[field]), "{} {field}", screen["id"]);
            }
        }
    }
}

/// Every text of up to six characters of each sort that matters.
#[test]
fn words_are_counted_as_they_are_made() {
    const SORTS: &[u8] = b"a1_:.,- ";
    let mut analyzer = Analyzer::new();
    for len in 0..=6 {
        for number in 0..SORTS.len().pow(len) {
            let sort = |place: u32| char::from(SORTS[number / SORTS.len().pow(place) % SORTS.len()]);
            let text: String = (0..len).map(sort).collect();
            let mut made = 0;
            analyzer.analyze(&text, |token| made += u32::from(token.kind == TokenKind::Word));
            assert_eq!(count_words(&text), made, "{text:?}");
        }
    }
}

/// `word@position`, `word~position` for parts, `word#position+words` for wholes.
fn show(text: &str) -> String {
    let shown = |token: OwnedToken| match token.kind {
        TokenKind::Word => format!("{}@{}", token.text, token.position),
        TokenKind::Part => format!("{}~{}", token.text, token.position),
        TokenKind::Whole => format!("{}#{}+{}", token.text, token.position, token.words),
    };
    analyze(text).into_iter().map(shown).collect::<Vec<_>>().join(" ")
}

fn check(text: &str, expected: &str) {
    assert_eq!(show(text), expected, "{text:?}");
}

#[test]
fn f19_no_token_is_cut_dropped_or_normalised_away() {
    check("cat /etc/passwd: x", "cat@0 etc@1 passwd@2 /etc/passwd:#1+2 /etc/passwd#1+2 x@3");
    check("rm -rf --no-preserve-root /", "rm@0 rf@1 -rf#1+1 no@2 preserve@3 root@4 --no-preserve-root#2+3 /#5+0");
    check("a | b", "a@0 |#1+0 b@1");
    check("www.gnu.org", "www.gnu.org@0 www~0 gnu~0 org~0");
    check("foo_bar key:value", "foo_bar@0 foo~0 bar~0 key:value@1 key~1 value~1");
    check("10.0.0.1:22", "10.0.0.1@0 10~0 0~0 0~0 1~0 22@1 10.0.0.1:22#0+2");
    check("file=/etc/x,", "file@0 etc@1 x@2 file=/etc/x,#0+3 file=/etc/x#0+3 /etc/x#1+2");
    check("(host-a:22)", "host@0 a@1 22@2 (host-a:22)#0+3 host-a:22#0+3 host-a#0+2");
    check("PATH=\"/bin\"", "path@0 bin@1 path=\"/bin\"#0+2 path=\"/bin#0+2 /bin#1+1");
    check("fe80::1", "fe80@0 1@1 fe80::1#0+2 fe80:#0+1".replace(" fe80:#0+1", "").as_str());
    check("550e8400-e29b-41d4", "550e8400@0 e29b@1 41d4@2 550e8400-e29b-41d4#0+3");
    check("日本語", "日@0 本@1 語@2");
    check("日本。x", "日@0 本@1 x@2 日本。x#0+3");
    check("x\u{3000}/y", "x@0 y@1 /y#1+1");
    check("__", "__#0+0");
    check("ÄB-c", "äb@0 c@1 äb-c#0+2");
    let sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    check(sha, &format!("{sha}@0"));
    check(&format!("sha256:{sha}"), &format!("sha256@0 {sha}@1 sha256:{sha}#0+2"));
    let long = format!("{}/{}", "a".repeat(300), "b".repeat(70_000));
    let whole = analyze(&long).into_iter().find(|token| token.kind == TokenKind::Whole).unwrap();
    assert_eq!((whole.text.len(), whole.words), (70_301, 2 + 275));
}

#[test]
fn text_is_compared_in_nfc() {
    let composed = analyze("caf\u{e9}/x");
    let decomposed = analyze("cafe\u{301}/x");
    assert_eq!(composed.len(), decomposed.len());
    for (a, b) in composed.iter().zip(&decomposed) {
        assert_eq!((&a.text, a.kind, a.position), (&b.text, b.kind, b.position));
    }
    assert_eq!(decomposed[0].span, 0..6);
    assert_eq!(decomposed[1].span, 7..8);
    assert_eq!(fold("CAFE\u{301}"), "caf\u{e9}");
    assert_eq!(fold("ΣΑΣ İ"), "σασ i");
}

#[test]
fn unfinished_tokens_are_left_out() {
    let prefix = |text: &str, next| {
        let mut texts = Vec::new();
        Analyzer::new().analyze_prefix(text, next, |token| texts.push(token.text.to_owned()));
        texts.join(" ")
    };
    assert_eq!(prefix("su", Some('d')), "");
    assert_eq!(prefix("su", Some(' ')), "su");
    assert_eq!(prefix("su", Some('-')), "su");
    assert_eq!(prefix("su", None), "su");
    assert_eq!(prefix("cat /etc/pas", Some('s')), "cat etc");
    assert_eq!(prefix("cat /etc/passwd", Some('-')), "cat etc passwd");
    assert_eq!(prefix("cat /etc/passwd", Some(' ')), "cat etc passwd /etc/passwd");
    assert_eq!(prefix("foo.b", Some('a')), "foo");
    assert_eq!(prefix("foo.", Some('b')), "foo");
    assert_eq!(prefix("x=a:2", Some('2')), "x a");
    assert_eq!(prefix("é-ü", Some('x')), "é");
    assert_eq!(prefix("ü x ", Some('x')), "ü x");
}

/// The rules again, in the plainest way: segment the whole text, and look at each whitespace-delimited token.
fn slow_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in text.split(char::is_whitespace) {
        let token: String = token.nfc().collect();
        for piece in unicode_segmentation::UnicodeSegmentation::split_word_bounds(token.as_str()) {
            if piece.chars().any(|c| c.is_alphanumeric()) {
                let units: Vec<char> = piece.chars().map(lower_char).collect();
                words.extend(units.chunks(MAX_WORD_UNITS).map(|chunk| chunk.iter().collect::<String>()));
            }
        }
    }
    words
}

proptest! {
    #[test]
    fn ascii_words_are_those_of_the_segmenter(text in "[ -~]{0,80}|[a1_:.',; /=]{0,60}|[ab_.]{250,600}") {
        prop_assert_eq!(words(&text), slow_words(&text));
        prop_assert_eq!(count_words(&text) as usize, words(&text).len());
    }

    #[test]
    fn the_two_paths_agree(text in "[a1_:.',;/=()\"-]{0,30}") {
        // One character outside ASCII in a token of its own does not change the others; in the token it takes the
        // plain path, which must give the same for the rest.
        let mut fast = Vec::new();
        Analyzer::new().analyze(&text, |token| fast.push(OwnedToken::from(token)));
        let mut slow = Vec::new();
        let lower = text.to_lowercase();
        let mut found = Vec::new();
        let mut scan = Scan {
            text: &text,
            lower: &lower,
            words: &mut found,
            position: 0,
            unfinished: Unfinished::default(),
            f: |token: Token<'_>| slow.push(OwnedToken::from(token)),
        };
        if !text.is_empty() {
            scan.unicode_token(0..text.len(), &mut String::new());
        }
        prop_assert_eq!(fast, slow);
    }

    #[test]
    fn spans_point_at_what_was_read(text in "\\PC{0,40}") {
        let mut total = 0;
        for token in analyze(&text) {
            let read = fold(&text[token.span.clone()]);
            // Where NFC changed the text, a span is made of whole graphemes.
            let is_exact = unicode_normalization::is_nfc(&text);
            let agrees = if is_exact { read == token.text } else { read.contains(token.text.as_str()) };
            prop_assert!(agrees);
            total += u32::from(token.kind == TokenKind::Word);
        }
        prop_assert_eq!(count_words(&text), total);
    }

    #[test]
    fn a_prefix_gives_no_token_that_the_text_does_not_give(text in "[a1_:.',;/= é日-]{0,30}", next in any::<char>()) {
        let all = analyze(&text);
        Analyzer::new().analyze_prefix(&text, Some(next), |token| assert!(all.contains(&token.into())));
    }
}
