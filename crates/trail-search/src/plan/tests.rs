use trail_query::{Mode, parse, parse_with};

use super::*;
use crate::Error;
use crate::session::SessionTest;

fn plan_of(query: &str, mode: Mode) -> Result<Plan> {
    let parsed = parse(query, mode).unwrap_or_else(|error| panic!("{query}: {error}"));
    Plan::new(&parsed.query, Language::from(mode))
}

/// A tree in the signs of the query language; `*` is every moment.
fn show(plan: &Plan, tree: &Tree) -> String {
    let text = |term: TermId| plan.vocabulary.text(term).to_owned();
    match tree {
        Tree::All(score) => format!("*^{score}"),
        Tree::Session(index) => {
            let leaf = &plan.sessions[*index];
            let what = match &leaf.test {
                SessionTest::Value(value) => format!("={value}"),
                SessionTest::Pattern(pattern) => format!("~{}", pattern.literal()),
                SessionTest::Exists => ":*".to_owned(),
            };
            format!("{}{what}", leaf.field.name().trim_start_matches("session."))
        }
        Tree::Best(fields) => fields.iter().map(|tree| show(plan, tree)).collect::<Vec<_>>().join("|"),
        Tree::Period(index, score) => format!("{:?}^{score}", plan.periods[*index]),
        Tree::Sequence(index) => {
            let sequence = &plan.sequences[*index];
            let within = sequence.within_ns.map(|ns| format!("<{ns}")).unwrap_or_default();
            let sign = if sequence.is_negative { "!" } else { "" };
            format!("{sign}{{{} then{within} {}}}", show(plan, &sequence.first), show(plan, &sequence.second))
        }
        Tree::Leaf(at) => {
            let leaf = &plan.leaves[*at];
            let sign = if leaf.is_negative { "!" } else { "" };
            let boost = if leaf.boost == 1.0 { String::new() } else { format!("^{}", leaf.boost) };
            let what = match &leaf.matcher {
                LeafMatcher::Pattern(term) => {
                    format!("{}*", plan.vocabulary.pattern_of(*term).map_or("", |pattern| pattern.literal()))
                }
                LeafMatcher::AnyText(_) => "?*".to_owned(),
                LeafMatcher::Sloppy(phrase) => {
                    let slots = phrase.slots.iter().map(|slot| format!("{}@{}", text(slot.term), slot.offset));
                    format!("{}~{}", slots.collect::<Vec<_>>().join("_"), phrase.slop)
                }
                LeafMatcher::Sequence(atoms) => atoms
                    .iter()
                    .map(|atom| format!("{}@{}", text(atom.token), atom.offset))
                    .collect::<Vec<_>>()
                    .join("_"),
            };
            format!("{sign}{what}{boost}")
        }
        Tree::Group { must, should, must_not, minimum } => {
            let part = |sign: &'static str, trees: &[Tree]| {
                trees.iter().map(|tree| format!("{sign}{}", show(plan, tree))).collect::<Vec<_>>()
            };
            let clauses = [part("+", must), part("", should), part("-", must_not)].concat().join(" ");
            if *minimum > 0 { format!("({clauses})~{minimum}") } else { format!("({clauses})") }
        }
    }
}

#[track_caller]
fn check(query: &str, mode: Mode, expected: &str) {
    let plan = plan_of(query, mode).unwrap();
    let shown = plan.tree.as_ref().map_or(String::new(), |tree| show(&plan, tree));
    assert_eq!(shown, expected, "{query}");
}

#[test]
fn clauses_combine_by_the_classic_rule() {
    use Mode::{Lucene, Screentrail, Sps};
    check("a OR b AND c", Screentrail, "(+b@0 +c@0 a@0)");
    check("a OR NOT b", Screentrail, "(a@0 -!b@0)");
    check("-(a -b)", Screentrail, "(-(!a@0 -b@0))");
    check("(a^2 b)^3", Screentrail, "(a@0^6 b@0^3)");
    check("*:*", Screentrail, "*^1");
    check("pre* \"x y.z -- w\"", Screentrail, "(pre* x@0_y.z@1_--@2_w@2)");
    check("read-only", Lucene, "(read@0 only@0)");
    check("\"read-only\"", Lucene, "read@0_only@1");
    check("a AND \"...\" b", Lucene, "(+a@0 b@0)");
    check("\"...\"", Lucene, "");
    check(r"\/etc\/x\:", Sps, "/etc/x:@0");
}

#[test]
fn the_default_operator_stands_between_the_words_of_one_text() {
    let mut options = trail_query::Options::new(Mode::Lucene);
    options.default_operator = Operator::And;
    let parsed = parse_with("read-only x", &options).unwrap();
    let plan = Plan::new(&parsed.query, Language::of(&options)).unwrap();
    assert_eq!(show(&plan, plan.tree.as_ref().unwrap()), "(+read@0 +only@0 +x@0)");
}

#[track_caller]
fn check_with(query: &str, change: impl FnOnce(&mut trail_query::Options, &mut Language), expected: &str) {
    let mut options = trail_query::Options::new(Mode::Lucene);
    let mut language = Language::of(&options);
    change(&mut options, &mut language);
    language.dialect = options.dialect;
    let parsed = parse_with(query, &options).unwrap_or_else(|error| panic!("{query}: {error}"));
    let plan = Plan::new(&parsed.query, language).unwrap();
    assert_eq!(plan.tree.as_ref().map_or(String::new(), |tree| show(&plan, tree)), expected, "{query}");
}

#[test]
fn the_language_has_lucenes_options() {
    let split = |options: &mut trail_query::Options, language: &mut Language| {
        options.split_on_whitespace = true;
        language.makes_phrases = true;
        language.phrase_slop = 2;
    };
    check_with("read-only x", split, "(read@0_only@1~2 x@0)");
    check_with("\"a b\" \"a b\"~0 \"a b\"~1", split, "(a@0_b@1~2 a@0_b@1 a@0_b@1~1)");
    check_with("x", |_, language| language.default_field = Some("nowhere".into()), "()");
    check_with("a b c", |_, language| language.minimum_should_match = Some("-1".into()), "(a@0 b@0 c@0)~2");
    check_with("+a b", |_, language| language.minimum_should_match = Some("2".into()), "()");
}

#[test]
fn a_pattern_of_names_asks_the_best_of_its_fields() {
    let query_string = |options: &mut trail_query::Options, _: &mut Language| options.dialect = Dialect::QueryString;
    // The screen's lines and the title are part of what is visible.
    check_with(
        "\\*:x",
        query_string,
        "x@0|x@0|x@0|x@0|user=x|target_user=x|host=x|protocol=x|command=x|title=x|format=x|source=x",
    );
    check_with("s\\*n.h\\*:x", query_string, "host=x");
    check_with("scr\\*:x", query_string, "x@0");
    check_with("no\\*:x y", query_string, "(() y@0)");
    // Where analysis leaves nothing for words, a value is a value.
    check_with(
        "\\*:\"...\"",
        query_string,
        "user=...|target_user=...|host=...|protocol=...|command=...|title=...|format=...|source=...",
    );
}

#[test]
fn slop_needs_two_tokens_to_mean_something() {
    check("\"ab\"~2 \"a b\"~0 \"a b.c\"~3", Mode::Screentrail, "(ab@0 a@0_b@1 a@0_b.c@1~3)");
    check("\"a/b -- c\"~3", Mode::Screentrail, "a@0_b@1_--@2_c@2~3");
}

#[test]
fn a_pattern_that_is_too_complex_is_refused() {
    assert!(matches!(plan_of("/[ab]*a[ab]{20}/", Mode::Screentrail), Err(Error::TooComplex { .. })));
    assert!(plan_of("/(a*)*b/", Mode::Screentrail).is_ok());
}

#[test]
fn fields_choose_kinds() {
    let plan = plan_of("a screen:b screen.content:c title:d command:e", Mode::Screentrail).unwrap();
    let kinds: Vec<Kinds> = plan.leaves.iter().map(|leaf| leaf.kinds).collect();
    let of = |kind| Kinds::of(&[kind]);
    assert_eq!(kinds, [Kinds::VISIBLE, of(Kind::Line), of(Kind::Line), of(Kind::Title), of(Kind::Command)]);

    let query = trail_query::Query::leaf(Some("nowhere"), trail_query::LeafKind::Term { text: "x".into() });
    assert!(matches!(Plan::new(&query, Mode::Screentrail.into()), Err(Error::UnknownField { .. })));
    // To Lucene an unknown field is an empty one.
    assert_eq!(Plan::new(&query, Mode::Lucene.into()).unwrap().kinds(), Kinds::of(&[]));
}

#[test]
fn groups_are_not_followed_without_bound() {
    let mut query = trail_query::Query::leaf(None, trail_query::LeafKind::Term { text: "x".into() });
    for _ in 0..10_000 {
        query = trail_query::Query::bool(vec![trail_query::Clause::new(trail_query::Occur::Must, query)]);
    }
    assert!(matches!(Plan::new(&query, Mode::Screentrail.into()), Err(Error::TooDeep { .. })));
    // Dropping a tree recurses; this one is deeper than any that the parser makes.
    std::mem::forget(query);
}

#[test]
fn open_plans_are_those_that_hold_without_a_match() {
    for (query, open) in [
        ("a", false),
        ("a -b", false),
        ("a (-b)", true),
        ("+a (-b)", false),
        ("-b", true),
        ("*:*", true),
        ("+a *:*", false),
    ] {
        assert_eq!(plan_of(query, Mode::Screentrail).unwrap().is_open(), open, "{query}");
    }
}

#[test]
fn sequences_ask_what_comes_first_of_everything() {
    check("a THEN<2s b", Mode::Screentrail, "{!a@0 then<2000000000 b@0}");
    check("a THEN b THEN c", Mode::Screentrail, "{!{!a@0 then !b@0} then c@0}");
    check("x NOT a THEN b", Mode::Screentrail, "(x@0 -!{!a@0 then !b@0})");
    check("a THEN b", Mode::Sps, "(a@0 then@0 b@0)");
}

#[test]
fn time_fields_ask_for_times_where_they_are_known() {
    let error = plan_of("shown:<soon", Mode::Screentrail).map(|_| ()).expect_err("no duration");
    assert!(matches!(&error, Error::BadTime { field, .. } if field == "shown"), "{error}");
    assert!(plan_of("during:[2026-01-02 TO +5s]", Mode::Screentrail).is_ok());
    assert!(plan_of("at:2026-01-02T10:35:20Z", Mode::Screentrail).is_ok());
}
