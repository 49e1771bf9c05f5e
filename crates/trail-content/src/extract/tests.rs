use super::keys::{Key, Keys};
use super::prompt::{Looks, looks, user_prompt_end};
use super::texts::Texts;
use super::utf8::Utf8Count;
use crate::Kind;

#[test]
fn texts_are_entered_once_by_kind() {
    let mut texts = Texts::default();
    let ids: Vec<_> = (0..1000).map(|i| texts.intern(Kind::Line, &format!("text {}", i % 300))).collect();
    assert_eq!(ids[..300], ids[300..600]);
    assert_eq!(texts.entries.len(), 300);
    assert_ne!(texts.intern(Kind::Title, "text 0"), ids[0]);
    assert_eq!(texts.text(ids[7]), "text 7");
}

#[test]
fn a_long_text_that_goes_on_shares_its_bytes() {
    let mut texts = Texts::default();
    let whole: String = (0..3000).map(|i| format!("{i:05}")).collect();
    let ids: Vec<_> = (0..100).map(|i| texts.intern(Kind::Line, &whole[i * 80..6000 + i * 80])).collect();
    assert_eq!(texts.pool.len(), 6000 + 99 * 80);
    assert_eq!(texts.text(ids[99]), &whole[99 * 80..6000 + 99 * 80]);
    assert_eq!(texts.intern(Kind::Line, &whole[..6000]), ids[0]);
}

#[test]
fn invalid_bytes_are_the_same_however_they_are_split() {
    let bytes = b"ok \xff \xe2\x82\xac \xe2\x82 x \xf0\x9f\x91 \xc3\xa9 \x80\xed\xa0\x80 \xf0\x9f\x91\x8d end \xe2";
    let whole = String::from_utf8_lossy(bytes);
    // One U+FFFD for each maximal bad part; count the bytes of those by what is left.
    let good = bytes.len() - 1 - whole.replace('\u{fffd}', "").len();
    for split in 1..bytes.len() {
        let mut count = Utf8Count::default();
        bytes.chunks(split).for_each(|piece| count.feed(piece));
        assert_eq!(count.invalid as usize, good, "pieces of {split}");
    }
}

#[test]
fn keys_are_the_same_however_they_are_split() {
    let bytes =
        "ls\x1b[A\x1bOB\x1b[24;80R\x1b[<0;3;4M\x1b[M !!\x1b]11;rgb:0/0/0\x07\x1b[200~é漢\x1b[201~\x7f\x03\r".as_bytes();
    let expected = "ls".chars().map(Key::Char).chain([Key::Other; 3]);
    let expected =
        expected.chain("é漢".chars().map(Key::Char)).chain([Key::Other, Key::Erase, Key::Interrupt, Key::Enter]);
    let expected: Vec<_> = expected.collect();
    for split in 1..bytes.len() {
        let (mut keys, mut found) = (Keys::default(), Vec::new());
        bytes.chunks(split).for_each(|piece| keys.feed(piece, |key| found.push(key)));
        assert_eq!(found, expected, "pieces of {split}");
    }
}

#[test]
fn prompts_are_told_from_text() {
    for left in ["u@h:~$ ", "[root@db log]# ", "(venv) u@h ~ % ", "me@host> "] {
        assert_eq!(looks(left), Looks::UserPrompt, "{left:?}");
    }
    for left in ["$ ", "# ", "% ", "> ", "bash-5.2$ ", "mysql> ", ">>> ", "core-sw#", "router(config)#", "~ ❯ "] {
        assert_eq!(looks(left), Looks::PlainPrompt, "{left:?}");
    }
    assert_eq!(looks("~ ⚡ "), Looks::Symbol);
    for left in ["", " ", "Password: ", "Continue? [y/N] ", "done 50% ", "text ", "u@h:~$ ls", "$", "a#"] {
        assert_ne!(looks(left), Looks::UserPrompt, "{left:?}");
        assert!(looks(left) == Looks::Other || left == "a#", "{left:?}");
    }
    assert_eq!(user_prompt_end("u@h:~$ ls -l"), Some(7));
    assert_eq!(user_prompt_end("[root@db log]# id"), Some(15));
    assert_eq!(user_prompt_end("mail to a@b.c, please"), None);
    assert_eq!(user_prompt_end("see <a@b> or c"), None);
}
