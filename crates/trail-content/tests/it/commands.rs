//! Commands and typed input. Named after the failures of neighbours that they guard against where there is one.

use trail_content::{ContentFile, Kind};
use trail_model::EventKind;

use crate::make::{content, events, input, out, show, trail};

/// A screen of 40 × 8.
fn file(kinds: impl IntoIterator<Item = EventKind>) -> ContentFile {
    content(&trail(&events(40, 8, kinds), 1 << 18), 1 << 22, 1)
}

fn found(kinds: &[EventKind], kind: Kind) -> Vec<String> {
    show(&file(kinds.to_vec()).channels()[0].block(0).unwrap(), kind)
}

fn commands(kinds: &[EventKind]) -> Vec<String> {
    found(kinds, Kind::Command)
}

/// The commands with the evidence they rest on.
fn confidences(kinds: &[EventKind]) -> Vec<(String, u8)> {
    let block = file(kinds.to_vec()).channels()[0].block(0).unwrap();
    let items = block.items().filter(|item| item.kind() == Kind::Command);
    items.map(|item| (item.text().to_owned(), item.spans().next().unwrap().confidence)).collect()
}

/// What typing a line key by key does: each key, then its echo.
fn typed(line: &str) -> Vec<EventKind> {
    line.chars().flat_map(|c| [input(&c.to_string()), out(&c.to_string())]).collect()
}

fn join(parts: &[&[EventKind]]) -> Vec<EventKind> {
    parts.concat()
}

#[test]
fn a_prompt_and_the_line_left_downwards() {
    let kinds = [out("u@h:~$ "), out("l"), out("s"), out("\r\n"), out("file\r\nu@h:~$ "), out("\x1b[2J")];
    assert_eq!(commands(&kinds), ["ls: 4-6"]);
    assert_eq!(confidences(&kinds), [("ls".to_owned(), 80)]);
}

#[test]
fn typing_tells_where_the_command_begins() {
    let kinds = join(&[&[out("u@h:~$ ")], &typed("ls -l"), &[input("\r"), out("\r\nfile\r\nu@h:~$ ")]]);
    assert_eq!(commands(&kinds), ["ls -l: 13-13"]);
    assert_eq!(confidences(&kinds), [("ls -l".to_owned(), 90)]);
    assert_eq!(found(&kinds, Kind::Input), ["ls -l: 2-10(1@2 2@4 3@6 4@8 5@10)"]);
}

#[test]
fn marks_tell_best() {
    let prompt = "\x1b]133;A\x07~ % \x1b]133;B\x07";
    let kinds = [out(prompt), out("make all"), out("\r\n\x1b]133;C\x07built\r\n\x1b]133;D;0\x07"), out(prompt)];
    assert_eq!(commands(&kinds), ["make all: 3-4"]);
    assert_eq!(confidences(&kinds), [("make all".to_owned(), 99)]);
}

#[test]
fn marks_of_a_command_of_several_lines() {
    let prompt = "\x1b]133;A\x07$ \x1b]133;B\x07";
    let kinds = [out(prompt), out("for i in 1 2\r\n> do echo\r\n> done"), out("\r\n\x1b]133;C\x07x\r\n")];
    assert_eq!(commands(&kinds), ["for i in 1 2\ndo echo\ndone: 3-3"]);
}

#[test]
fn a_shell_without_marks_in_a_marked_command() {
    let prompt = "\x1b]133;A\x07$ \x1b]133;B\x07";
    let kinds = [out(prompt), out("ssh r"), out("\r\n\x1b]133;C\x07r> "), out("id"), out("\r\nuid=0\r\nr> ")];
    assert_eq!(commands(&kinds), ["ssh r: 3-5", "id: 5-5"]);
}

#[test]
fn f15_a_list_of_completions_is_not_a_command() {
    let list = out("\r\nlsblk lscpu lsof\r\nu@h:~$ ls");
    let kinds = [out("u@h:~$ "), out("l"), out("s"), list.clone(), out("cpu"), out("\r\nArchitecture\r\n")];
    assert_eq!(commands(&kinds), ["lscpu: 6-6"]);
    // The same with keys: Tab is not Enter.
    let keys = join(&[
        &[out("u@h:~$ ")],
        &typed("ls"),
        &[input("\t"), input("\t"), list],
        &typed("cpu"),
        &[input("\r"), out("\r\nArchitecture\r\n")],
    ]);
    assert_eq!(commands(&keys), ["lscpu: 16-16"]);
}

#[test]
fn f15_a_wrapped_command_is_one() {
    let long = "echo 0123456789012345678901234567890123456789";
    let kinds = [out("u@h:~$ "), out(long), out("\r\nx\r\n")];
    assert_eq!(commands(&kinds), [format!("{long}: 3-3")]);
}

#[test]
fn a_recalled_command_is_what_the_screen_says() {
    let search = "\r(reverse-i-search)`us': useradd bob\x08\x08\x08\x1b[K bob";
    let kinds = join(&[
        &[out("u@h:~$ "), input("\x12"), out("\r(reverse-i-search)`': \x1b[K")],
        &[input("us"), out(search), input("\r"), out("\r\x1b[Ku@h:~$ useradd bob\r\n"), out("u@h:~$ ")],
    ]);
    assert_eq!(commands(&kinds).len(), 1);
    assert!(commands(&kinds)[0].starts_with("useradd bob: "), "{:?}", commands(&kinds));
    let arrow = join(&[&[out("u@h:~$ "), input("\x1b[A"), out("id"), input("\r"), out("\r\nuid=0\r\nu@h:~$ ")]]);
    assert_eq!(commands(&arrow), ["id: 5-5"]);
}

#[test]
fn a_here_document_is_part_of_its_command() {
    let kinds = join(&[
        &[out("u@h:~$ ")],
        &typed("cat <<E"),
        &[input("\r"), out("\r\n> ")],
        &typed("hi"),
        &[input("\r"), out("\r\n> ")],
        &typed("E"),
        &[input("\r"), out("\r\nhi\r\nu@h:~$ ")],
    ]);
    assert_eq!(commands(&kinds), ["cat <<E\nhi\nE: 27-27"]);
}

#[test]
fn f14_nothing_in_an_editor_is_a_command() {
    let kinds = join(&[
        &[out("u@h:~$ ")],
        &typed("vi"),
        &[input("\r"), out("\r\n"), out("\x1b[?1049h\x1b[H~ $ ")],
        &typed("u@x:~$ rm"),
        &[input("\r"), out("\r\n"), out("\x1b[?1049l"), out("u@h:~$ ")],
    ]);
    assert_eq!(commands(&kinds).len(), 1);
    assert!(commands(&kinds)[0].starts_with("vi: 7-"), "{:?}", commands(&kinds));
}

#[test]
fn a_nested_shell_has_commands_of_its_own() {
    let kinds = [out("u@h:~$ "), out("ssh r"), out("\r\nroot@r:/# "), out("id"), out("\r\nuid=0\r\nroot@r:/# ")];
    assert_eq!(commands(&kinds), ["ssh r: 3-5", "id: 5-5"]);
    let router = [out("core-sw#"), out("show run"), out("\r\nversion 15\r\ncore-sw#")];
    assert_eq!(commands(&router), ["show run: 3-3"]);
}

#[test]
fn text_that_looks_like_nothing_typed_is_no_command() {
    assert_eq!(commands(&[out("Progress 50% "), out("done\r\n")]), [""; 0]);
    assert_eq!(commands(&[out("Continue? [y/N] "), out("y\r\n")]), [""; 0]);
    assert_eq!(commands(&[out("a > b\r\nc # d\r\n")]), [""; 0]);
    assert_eq!(commands(&[out("u@h:~$ "), out("\r\nu@h:~$ ")]), [""; 0]);
}

#[test]
fn a_script_of_one_piece_is_read_by_its_prompts() {
    let kinds = [out("u@h:~$ id\r\nuid=0\r\nu@h:~$ w\r\n up\r\nu@h:~$ ")];
    assert_eq!(commands(&kinds), ["id: 1-1", "w: 1-1"]);
    assert_eq!(confidences(&kinds)[0].1, 50);
}

#[test]
fn a_command_lives_until_its_line_has_gone() {
    let kinds = [out("u@h:~$ "), out("ls"), out("\r\n1\r\n2\r\n3"), out("\r\n4\r\n5\r\n6\r\n7"), out("\r\n8")];
    assert_eq!(commands(&kinds), ["ls: 3-5"]);
    // Over the border of blocks, and ended in a later one.
    let file = content(&trail(&events(40, 8, kinds), 1 << 18), 6, 1);
    let channel = &file.channels()[0];
    let shown: Vec<_> =
        (0..channel.block_count()).flat_map(|i| show(&channel.block(i).unwrap(), Kind::Command)).collect();
    assert_eq!(shown, ["ls: 3-3", "ls: 4-5"]);
}

#[test]
fn f17_a_password_is_neither_input_nor_command() {
    let kinds = join(&[
        &[out("u@h:~$ ")],
        &typed("su"),
        &[input("\r"), out("\r\nPassword: "), input("h"), input("unter2"), input("\r"), out("\r\nroot@h:~# ")],
        &typed("id"),
        &[input("\r"), out("\r\nuid=0\r\n")],
    ]);
    let file = file(kinds.clone());
    let coverage = file.channels()[0].coverage();
    assert_eq!(coverage.input_not_shown, 1);
    assert_eq!(found(&kinds, Kind::Input), ["su: 2-4(1@2 2@4)", ": 8-10", "id: 12-14(1@12 2@14)"]);
    let found = commands(&kinds);
    assert!(found.len() == 2 && found[0].starts_with("su: 7-") && found[1].starts_with("id: "), "{found:?}");
}

#[test]
fn f16_input_with_echo_switched_off_is_told() {
    let kinds = join(&[&[out("$ "), input("id\r"), out("\r\nuid=0\r\n$ ")], &[input("w\r"), out("\r\n up\r\n$ ")]]);
    assert_eq!(commands(&kinds), [""; 0]);
    assert_eq!(found(&kinds, Kind::Input), [": 2-2 4-4"]);
    assert_eq!(file(kinds).channels()[0].coverage().input_not_shown, 2);
}

#[test]
fn masked_input_is_not_shown() {
    let kinds = join(&[
        &[out("PIN: ")],
        &"42".chars().flat_map(|c| [input(&c.to_string()), out("*")]).collect::<Vec<_>>(),
        &[input("\r"), out("\r\nok\r\n")],
    ]);
    assert_eq!(found(&kinds, Kind::Input), [": 2-6"]);
    assert_eq!(commands(&kinds), [""; 0]);
}

#[test]
fn what_is_recalled_later_does_not_show_what_was_hidden() {
    // The hidden word is the beginning of a recalled command: it must not count as echoed by that.
    let kinds = join(&[
        &[out("Password: "), input("su\r"), out("\r\n"), out("u@h:~$ ")],
        &[input("\x1b[A"), out("sudo id"), input("\r"), out("\r\nuid=0\r\n")],
    ]);
    assert_eq!(found(&kinds, Kind::Input), [": 2-2"]);
}

#[test]
fn typed_ahead_and_pasted() {
    let kinds = [out("u@h:~$ "), input("id\rw\r"), out("id\r\nuid=0\r\nu@h:~$ "), out("w\r\n up\r\nu@h:~$ ")];
    assert_eq!(found(&kinds, Kind::Input), ["id: 2-2", "w: 2-2"]);
}

#[test]
fn a_redirection_being_typed_is_no_prompt() {
    let typed = "cat > x".chars().map(|c| out(&c.to_string()));
    let kinds: Vec<_> = [out("u@h:~$ ")].into_iter().chain(typed).chain([out("\r\n"), out("u@h:~$ ")]).collect();
    assert_eq!(commands(&kinds), ["cat > x: 9-10"]);
    let loops =
        [out("$ "), out("for i in 1"), out("\r\n> "), out("  "), out("do id"), out("\r\n> "), out("done\r\n$ ")];
    assert_eq!(commands(&loops), ["for i in 1\n  do id\ndone: 7-7"]);
}

#[test]
fn an_interrupted_line_was_not_run() {
    let kinds = [out("u@h:~$ "), out("rm -r"), out("^C\r\n"), out("u@h:~$ ")];
    assert_eq!(commands(&kinds), [""; 0]);
    let keys = join(&[
        &[out("u@h:~$ ")],
        &typed("tail -f x"),
        &[input("\r"), out("\r\na\r\n"), input("\x03"), out("^C\r\nu@h:~$ ")],
        &typed("id"),
        &[input("\r"), out("\r\nuid=0\r\n")],
    ]);
    let found = confidences(&keys);
    assert_eq!(found, [("tail -f x".to_owned(), 90), ("id".to_owned(), 90)]);
}
