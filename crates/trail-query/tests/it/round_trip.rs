//! What is printed reads back as the same tree, in every mode.

use proptest::prelude::*;
use trail_query::{
    Clause, Dialect, Edits, LeafKind, Limits, Mode, Node, Occur, Operator, Options, Query, Span, Step, WildcardPart,
    parse_with, print, wildcard_pattern,
};

fn all_options() -> impl Strategy<Value = Options> {
    let modes = prop::sample::select(vec![Mode::Lucene, Mode::Sps, Mode::Screentrail]);
    (modes, any::<[bool; 5]>()).prop_map(|(mode, [and, leading, split, query_string, any_field])| {
        let mut options = Options::new(mode);
        options.default_operator = if and { Operator::And } else { Operator::Or };
        options.allow_leading_wildcard = leading;
        options.split_on_whitespace = split || mode == Mode::Screentrail;
        options.dialect = if query_string { Dialect::QueryString } else { Dialect::Classic };
        if any_field {
            options.fields = Vec::new();
        }
        options.limits = Limits { text_len: 1 << 20, ..Limits::default() };
        options
    })
}

/// Words with everything in them that could be taken for something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9]{1,6}",
        1 => "[0-9]{1,5}",
        2 => r#"[-+!()\[\]{}^"~*?:\\/ &|<>=uab0]{1,6}"#,
        1 => prop::sample::select(vec!["AND", "OR", "NOT", "TO", "THEN", "THEN<5s", "\\THEN", "&&", "||", "\\\\x", "\\x", "\\AND", "_exists_", "title:a"])
            .prop_map(str::to_owned),
        1 => "\\PC{1,4}",
    ]
}

fn leaf(options: &Options) -> BoxedStrategy<LeafKind> {
    let options = options.clone();
    let ranges = options.allow_ranges;
    let leading = options.allow_leading_wildcard;
    let star = leading || options.dialect == Dialect::QueryString && options.mode != Mode::Sps;
    // A word that begins like a comparison is one there.
    let compares = options.dialect == Dialect::QueryString && options.mode != Mode::Screentrail;
    let word = move || text().prop_filter("a comparison", move |text| !compares || !text.starts_with(['<', '>']));
    let pattern = (
        text(),
        prop::collection::vec(
            prop_oneof![Just(WildcardPart::Any), Just(WildcardPart::One), text().prop_map(WildcardPart::Literal),],
            1..4,
        ),
    )
        .prop_map(|(first, mut rest)| {
            rest.insert(0, WildcardPart::Literal(first));
            rest
        })
        .prop_filter("a prefix or a word", |parts| {
            let operators = parts.iter().filter(|part| !matches!(part, WildcardPart::Literal(_))).count();
            operators > 1 || operators == 1 && !matches!(parts.last(), Some(WildcardPart::Any))
        })
        .prop_map(move |parts| LeafKind::Wildcard {
            pattern: match options.mode {
                Mode::Screentrail => wildcard_pattern(&parts),
                // Lucene's pattern keeps what the text must have: a backslash before everything special.
                _ => parts.iter().map(lucene_part).collect(),
            },
        });
    let fixed = move |kind: LeafKind| match kind {
        LeafKind::Prefix { text } if !leading && text.starts_with('*') => LeafKind::Term { text },
        LeafKind::Range { .. } if !ranges => LeafKind::MatchAll,
        LeafKind::Exists if !star => LeafKind::MatchAll,
        kind => kind,
    };
    let bound = || prop::option::of(text());
    let range = (bound(), bound(), any::<[bool; 2]>()).prop_map(|(lower, upper, [include_lower, include_upper])| {
        LeafKind::Range { lower, upper, include_lower, include_upper }
    });
    let kinds = prop_oneof![
        6 => word().prop_map(|text| LeafKind::Term { text }),
        3 => (text(), prop::option::of(0u32..10)).prop_map(|(text, slop)| LeafKind::Phrase { text, slop }),
        2 => text().prop_map(|text| LeafKind::Prefix { text }),
        1 => pattern,
        1 => "[a-z.]{1,5}(\\\\/[a-z]{1,3})?".prop_map(|pattern| LeafKind::Regexp { pattern }),
        2 => (text(), 0u8..3).prop_map(|(text, edits)| LeafKind::Fuzzy { text, edits: Edits::Upto(edits) }),
        1 => range,
        1 => Just(LeafKind::MatchAll),
        1 => Just(LeafKind::Exists),
    ]
    .prop_map(fixed);
    kinds.boxed()
}

/// A backslash before everything but `u`, which would ask for digits.
fn lucene_part(part: &WildcardPart) -> String {
    match part {
        WildcardPart::Any => "*".to_owned(),
        WildcardPart::One => "?".to_owned(),
        WildcardPart::Literal(text) => {
            text.chars().map(|c| if c == 'u' { "u".to_owned() } else { format!("\\{c}") }).collect()
        }
    }
}

fn tree(options: &Options) -> BoxedStrategy<Query> {
    let mut fields = vec!["title", "command", "screen.content"];
    if options.mode != Mode::Sps {
        fields.extend(["host", "user", "session.host"]);
    }
    let field = prop::option::weighted(0.3, prop::sample::select(fields));
    let leaf = (field, leaf(options))
        .prop_map(|(field, kind)| Query::leaf(field.filter(|_| kind != LeafKind::MatchAll), kind));
    let leaf = (leaf, prop::option::weighted(0.2, 0u16..100)).prop_map(|(query, boost)| match boost {
        Some(boost) => Query {
            node: Node::Boost { query: Box::new(query), factor: f32::from(boost) / 8.0 },
            span: Span::default(),
        },
        None => query,
    });
    let sequences = options.mode == Mode::Screentrail;
    leaf.prop_recursive(4, 32, 5, move |inner| {
        let within = prop::option::of(0u64..1 << 40);
        let step = (within, inner.clone()).prop_map(|(within_ns, query)| Step { within_ns, query });
        let sequence = (inner.clone(), prop::collection::vec(step, 1..3)).prop_map(|(first, then)| Query {
            node: Node::Sequence { first: Box::new(first), then },
            span: Span::default(),
        });
        let occur = prop::sample::select(vec![Occur::Must, Occur::Should, Occur::MustNot]);
        let list = prop::collection::vec((occur, inner), 2..6).prop_map(|clauses| {
            Query::bool(clauses.into_iter().map(|(occur, query)| Clause::new(occur, query)).collect())
        });
        if sequences { prop_oneof![3 => list, 1 => sequence].boxed() } else { list.boxed() }
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn trees_made_by_hand_read_back((options, tree) in all_options().prop_flat_map(|mut options| {
        options.default_operator = Operator::Or;
        (Just(options.clone()), tree(&options))
    })) {
        let printed = print(&tree, &options);
        let again = parse_with(&printed, &options).map(|parsed| parsed.query.without_spans());
        prop_assert_eq!(again, Ok(tree), "{}", printed);
    }

    #[test]
    fn texts_that_read_print_and_read_back(
        options in all_options(),
        pieces in prop::collection::vec(prop_oneof![
            4 => "[a-c]{1,3}",
            4 => Just(" ".to_owned()),
            1 => Just("title:".to_owned()),
            1 => prop::sample::select(vec!["at:", "at:+1s", "during:[+1s TO 2s]", "shown:<2s"]).prop_map(str::to_owned),
            2 => prop::sample::select(vec![" AND ", " OR ", " NOT ", " THEN ", " THEN<2m ", "&&", "||", "[a TO b]", "\"a b\"", "~1", "^2", "/b/"])
                .prop_map(str::to_owned),
            4 => prop::sample::select(r#"+-!()[]{}^"~*?:\/.19&|<>="#.chars().collect::<Vec<_>>()).prop_map(String::from),
        ], 1..16),
    ) {
        let text = pieces.concat();
        if let Ok(parsed) = parse_with(&text, &options) {
            let printed = print(&parsed.query, &options);
            let again = parse_with(&printed, &options).map(|parsed| parsed.query.without_spans());
            prop_assert_eq!(again, Ok(parsed.query.without_spans()), "{} printed as {}", text, printed);
        }
    }
}

/// The signs that times begin with are printed as characters like any others, and still begin times.
#[test]
fn times_read_back() {
    let options = Options::new(Mode::Screentrail);
    for text in ["at:+1s AND su*", "at:\"+1s\"", "at:\\+1s", "during:[+1s TO +\u{1} 3s]", "shown:<2s", "shown:[2s"] {
        let parsed = parse_with(text, &options).unwrap().query.without_spans();
        let printed = print(&parsed, &options);
        assert_eq!(
            parse_with(&printed, &options).unwrap().query.without_spans(),
            parsed,
            "{text} printed as {printed}"
        );
    }
}
