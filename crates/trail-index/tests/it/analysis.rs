//! The analyzer's public face.

use trail_index::analyzer::{ANALYZER, TokenKind, analyze, count_words, fold, words};

#[test]
fn one_text_in_all_its_tokens() {
    assert_eq!(ANALYZER, "screen-1");
    let text = "sudo cat /etc/passwd: Permission denied";
    assert_eq!(words(text), ["sudo", "cat", "etc", "passwd", "permission", "denied"]);
    assert_eq!(count_words(text), 6);
    let wholes: Vec<String> =
        analyze(text).into_iter().filter(|token| token.kind == TokenKind::Whole).map(|token| token.text).collect();
    assert_eq!(wholes, ["/etc/passwd:", "/etc/passwd"]);
    assert_eq!(fold("PERMISSION"), "permission");
}
