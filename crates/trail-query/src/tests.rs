//! White-box tests: how each mode reads what people type.

use crate::{
    Assembled, ClauseList, Conjunction, Dialect, LeafKind, Mode, Modifier, Node, Occur, Operator, Options, Step, parse,
    parse_with, print, write_duration,
};

/// Reads in a mode and writes the tree in its plain form.
fn read(text: &str, mode: Mode) -> String {
    match parse(text, mode) {
        Ok(parsed) => outline(&parsed.query.node),
        Err(error) => format!("{:?} {}..{}", error.kind, error.span.start, error.span.end),
    }
}

/// `+must should -mustnot`, lists in parentheses, leaves by kind and text.
fn outline(node: &Node) -> String {
    match node {
        Node::Bool(clauses) => {
            let clauses: Vec<String> = clauses
                .iter()
                .map(|clause| {
                    let sign = match clause.occur {
                        Occur::Must => "+",
                        Occur::Should => "",
                        Occur::MustNot => "-",
                    };
                    format!("{sign}{}", outline(&clause.query.node))
                })
                .collect();
            format!("({})", clauses.join(" "))
        }
        Node::Boost { query, factor } => format!("{}^{factor}", outline(&query.node)),
        Node::Sequence { first, then } => {
            let step = |step: &Step| {
                let within = step.within_ns.map(|ns| format!("<{}", write_duration(ns))).unwrap_or_default();
                format!(" then{within} {}", outline(&step.query.node))
            };
            format!("{{{}{}}}", outline(&first.node), then.iter().map(step).collect::<String>())
        }
        Node::Leaf(leaf) => {
            let field = leaf.field.as_ref().map(|field| format!("{field}:")).unwrap_or_default();
            let what = match &leaf.kind {
                LeafKind::Term { text } => format!("<{text}>"),
                LeafKind::Words { words } => format!("words<{}>", words.join("|")),
                LeafKind::Phrase { text, slop } => {
                    format!("phrase<{text}>{}", slop.map(|slop| format!("~{slop}")).unwrap_or_default())
                }
                LeafKind::Prefix { text } => format!("prefix<{text}>"),
                LeafKind::Wildcard { pattern } => format!("wildcard<{pattern}>"),
                LeafKind::Regexp { pattern } => format!("regexp<{pattern}>"),
                LeafKind::Fuzzy { text, edits } => format!("fuzzy<{text}>{edits:?}"),
                LeafKind::Range { lower, upper, .. } => format!("range<{lower:?} {upper:?}>"),
                LeafKind::MatchAll => "all".to_owned(),
                LeafKind::Exists => "exists".to_owned(),
            };
            format!("{field}{what}")
        }
    }
}

#[track_caller]
fn check(mode: Mode, text: &str, expected: &str) {
    assert_eq!(read(text, mode), expected, "{text}");
    if let Ok(parsed) = parse(text, mode) {
        let printed = print(&parsed.query, &parsed.options);
        let again = parse(&printed, mode).map(|parsed| parsed.query.without_spans());
        assert_eq!(again, Ok(parsed.query.without_spans()), "{text} printed as {printed}");
    }
}

#[test]
fn screentrail_reads_what_was_seen_as_text() {
    let check = |text, expected| check(Mode::Screentrail, text, expected);
    check("/etc/passwd", "</etc/passwd>");
    // Found by fuzzing: rounded, a boost may have a digit more.
    check("root^999999999", "<root>^1000000000");
    check("root^340000000000000000000000000000000000000", "<root>^340000000000000000000000000000000000000");
    check("/etc/passwd shadow", "(</etc/passwd> <shadow>)");
    check("a/b", "<a/b>");
    check("/usr/bin/", "</usr/bin/>");
    check("/", "</>");
    check("//", "<//>");
    check("error: disk", "(<error:> <disk>)");
    check("host:22", "<host:22>");
    check("(host:22)", "<host:22>");
    check("host:22^2", "<host:22>^2");
    check("user: unknown", "(<user:> <unknown>)");
    check("protocol:", "<protocol:>");
    check("fe80::1", "<fe80::1>");
    check("12:30:05", "<12:30:05>");
    check("http://www.gnu.org/file", "<http://www.gnu.org/file>");
    check(r"C:\Windows", r"<C:\Windows>");
    check(r"C\:\\Windows", r"<C:\Windows>");
    check(r"C:\Windows\", r"<C:\Windows\>");
    check(r"\\server\share", r"<\\server\share>");
    check("10.0.0.0/8", "<10.0.0.0/8>");
    check("--flag", "<--flag>");
    check("--flag=value x", "(<--flag=value> <x>)");
    check("a || --b", "(<a> <--b>)");
    check("->", "<->>");
    check("!=", "<!=>");
    check("foo! bar", "(<foo!> <bar>)");
    check("$(pwd", "<$(pwd>");
    check("main()", "<main()>");
    check("foo)", "<foo)>");
    check(":)", "<:)>");
    check("\"disk full", "(<\"disk> <full>)");
    check("5\" disk", "(<5\"> <disk>)");
    check("array[0]", "<array[0]>");
    check("[root@host ~]$ ls", "(<[root@host> <~]$> <ls>)");
    check("${HOME}", "<${HOME}>");
    check("~/notes", "<~/notes>");
    check("a^b", "<a^b>");
    check("backup~file", "<backup~file>");
    check("root;rm -- /", "(<root;rm> <--> </>)");
    check("<script>root</script>", "<<script>root</script>>");
    check("title:", "<title:>");
    check("title:-x", "title:<-x>");
    check("a - b", "(<a> <-> <b>)");
    check("a -", "(<a> <->)");
    check("|", "<|>");
    check(">x", "<>x>");
}

#[test]
fn screentrail_keeps_the_language() {
    let check = |text, expected| check(Mode::Screentrail, text, expected);
    check("sudo passwd", "(<sudo> <passwd>)");
    check("sudo AND NOT passwd", "(+<sudo> -<passwd>)");
    check("(a OR b) AND -c", "(+(<a> <b>) -<c>)");
    check("command:\"sudo su\"~3^2", "command:phrase<sudo su>~3^2");
    check("command:(a b) title:x*", "((command:<a> command:<b>) title:prefix<x>)");
    check("screen.content:foo", "screen.content:<foo>");
    check("user:root AND passwd", "(+user:<root> +<passwd>)");
    check("host:22a host:\"22\" host:(22) host:2*", "(host:<22a> host:phrase<22> host:<22> host:prefix<2>)");
    check("session.host:22 session.user: x", "(session.host:<22> session.user:<x>)");
    check("user:(a b)", "(user:<a> user:<b>)");
    check("user\\:root", "<user:root>");
    check("title: foo", "title:<foo>");
    check("/etc/", "regexp<etc>");
    check("/pass(wd|word)/ a", "(regexp<pass(wd|word)> <a>)");
    check("title:/a+/", "title:regexp<a+>");
    check("pass* pa?s *word", "(prefix<pass> wildcard<pa?s> wildcard<*word>)");
    check("/etc/*.conf", "wildcard</etc/*.conf>");
    check(r"C:\Win*", r"prefix<C:\Win>");
    check(r"C:\W*s", r"wildcard<C:\\W*s>");
    check("root~ root~1 root~2^3", "(fuzzy<root>Auto fuzzy<root>Upto(1) fuzzy<root>Upto(2)^3)");
    check("root^2 (a b)^0.5", "(<root>^2 (<a> <b>)^0.5)");
    check("[a TO b} {* TO 5]", "(range<Some(\"a\") Some(\"b\")> range<None Some(\"5\")>)");
    check("*:* -x", "(all -<x>)");
    check("command:* *", "(command:exists exists)");
    check("_exists_:title", "title:exists");
    check(r"\AND \(x\) a\ b", "(<AND> <(x)> <a b>)");
    check(r"\\AND", r"<\\AND>");
    check("((root))", "<root>");
    check("a AND AND b", "UnexpectedToken 6..9");
    check("a OR", "UnexpectedEnd 4..4");
    check("  ", "Empty 0..2");
}

#[test]
fn sps_is_strict() {
    let check = |text, expected| check(Mode::Sps, text, expected);
    check("sudo passwd", "(<sudo> <passwd>)");
    check("command:\"sudo su\" AND -title:x*", "(+command:phrase<sudo su> -title:prefix<x>)");
    check("exa?ple comand~1^2", "(wildcard<exa?ple> fuzzy<comand>Upto(1)^2)");
    check(r"C\:\\Windows", r"<C:\Windows>");
    check("*ample", "LeadingWildcard 0..6");
    check("?ample", "LeadingWildcard 0..6");
    check("*", "LeadingWildcard 0..1");
    check("*:*", "all");
    check("[a TO b]", "Unsupported 0..1");
    check("port:22", "UnknownField 0..4");
    check("_exists_:title", "title:exists");
    // Found by fuzzing: it was read, and printed as `port:*`, which is not.
    check("_exists_:port", "UnknownField 9..13");
    check("_exists_:+ x", "UnknownField 9..10");
    check("a/b", "Unterminated 1..3");
}

#[test]
fn query_string_differs_from_classic() {
    let read = |text: &str| {
        let mut options = Options::new(Mode::Lucene);
        options.dialect = Dialect::QueryString;
        options.allow_leading_wildcard = true;
        match parse_with(text, &options) {
            Ok(parsed) => outline(&parsed.query.node),
            Err(error) => format!("{:?}", error.kind),
        }
    };
    assert_eq!(read("user:*"), "user:exists");
    assert_eq!(read("*"), "exists");
    assert_eq!(read("_exists_:user.name"), "user.name:exists");
    assert_eq!(read("root~"), "fuzzy<root>Auto");
    assert_eq!(read("root~2.5"), "fuzzy<root>Upto(2)");
    assert_eq!(read("root~0.5"), "fuzzy<root>Upto(0)");
    assert_eq!(read("root~3"), "BadEdits");
    assert_eq!(read("root~abc"), "BadEdits");
    assert_eq!(read("port:(>=22 AND <80)"), "(+port:range<Some(\"22\") None> +port:range<None Some(\"80\")>)");
    assert_eq!(read(r"psm.\*:x"), "psm.*:<x>");
}

#[test]
fn notes_say_how_it_was_read() {
    let notes = |text: &str| -> Vec<String> {
        let parsed = parse(text, Mode::Screentrail).expect(text);
        parsed.notes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(notes("sudo AND passwd"), Vec::<String>::new());
    assert_eq!(notes("error: disk"), ["`error:` is no field: read as text"]);
    assert_eq!(notes("/etc/passwd"), ["`/etc/passwd` read as text, not as a regular expression"]);
    assert_eq!(notes("/etc/"), [r"`/etc/` read as a regular expression; write \/ for a slash"]);
    assert_eq!(notes("rm -rf"), [r"`-rf` excludes what follows; write \- or quote it to look for it"]);
    assert_eq!(notes("--flag"), ["`--flag` read as text, not as an operator"]);
    assert_eq!(notes("\"disk"), ["`\"disk` has no closing quote: read as text"]);
    assert_eq!(notes("foo)"), ["`foo)` is an unbalanced or empty parenthesis: read as text"]);
    assert_eq!(notes("a[0]"), ["`a[0]` is no range: read as text"]);
    assert_eq!(notes(r"D\x"), [r"`D\x` has backslashes that escape nothing: read as text"]);
}

#[test]
fn clauses_that_vanish_change_the_rule() {
    let mut list = ClauseList::new(Operator::Or);
    list.push(Conjunction::None, Modifier::None, None);
    list.push(Conjunction::None, Modifier::None, Some("root"));
    assert_eq!(list.finish(), Assembled::Many(vec![(Occur::Should, "root")]));

    let mut list = ClauseList::new(Operator::Or);
    list.push(Conjunction::None, Modifier::None, Some("a"));
    list.push(Conjunction::And, Modifier::None, None);
    assert_eq!(list.finish(), Assembled::One("a"));

    let mut list = ClauseList::<&str>::new(Operator::Or);
    list.splice([]);
    assert_eq!(list.finish(), Assembled::Nothing);
}

#[test]
fn spans_cover_what_was_written() {
    let text = "a AND (command:\"b c\"~2^3 OR d*)";
    let parsed = parse(text, Mode::Screentrail).expect(text);
    let mut leaves = Vec::new();
    parsed.query.visit_leaves(&mut |_, span, _| leaves.push(span.of(text)));
    assert_eq!(leaves, ["a", "command:\"b c\"~2^3", "d*"]);
    let Node::Bool(clauses) = &parsed.query.node else { panic!("a list") };
    assert_eq!(clauses[1].query.span.of(text), "(command:\"b c\"~2^3 OR d*)");
    assert_eq!(parsed.query.span.of(text), text);
}

#[test]
fn one_thing_after_another() {
    let screentrail = Mode::Screentrail;
    check(screentrail, "a THEN b", "{<a> then <b>}");
    check(screentrail, "command:useradd THEN<10m command:usermod", "{command:<useradd> then<10m command:<usermod>}");
    check(screentrail, "a AND b THEN c THEN<1h30m (d OR e)", "(+<a> +{<b> then <c> then<90m (<d> <e>)})");
    check(screentrail, "NOT a THEN b", "(-{<a> then <b>})");
    check(screentrail, "(a THEN b) THEN c", "{{<a> then <b>} then <c>}");
    check(screentrail, "(a THEN b)^2", "{<a> then <b>}^2");
    check(screentrail, r"a \THEN b then THEN<soon", "(<a> <THEN> <b> <then> <THEN<soon>)");
    check(screentrail, "a THEN", "UnexpectedEnd 6..6");
    check(screentrail, "THEN a", "UnexpectedToken 0..4");
    check(screentrail, "a THEN THEN b", "UnexpectedToken 7..11");
    check(Mode::Sps, "a THEN b", "(<a> <THEN> <b>)");
    check(Mode::Lucene, "a THEN b", "(words<a|THEN|b>)");
}

#[test]
fn time_fields_are_fields_where_a_time_follows() {
    let screentrail = Mode::Screentrail;
    check(screentrail, "shown:<2s", "shown:<<2s>");
    check(screentrail, "at:2026-01-02T10:35:20Z", "at:<2026-01-02T10:35:20Z>");
    check(screentrail, r#"at:"2026-01-02 10:35""#, "at:phrase<2026-01-02 10:35>");
    check(screentrail, "during:[+5s TO *]", r#"during:range<Some("+5s") None>"#);
    check(screentrail, "at: noon", "(<at:> <noon>)");
    check(screentrail, "shown:never", "<shown:never>");
    check(Mode::Sps, "shown:<2s", "UnknownField 0..5");
}
