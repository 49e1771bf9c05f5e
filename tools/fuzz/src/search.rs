//! Queries made ready and asked: whatever was read is lowered or refused within its limits, and the best hits are those with
//! which all of them begin.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use trail_content::{Block, ContentFile, ContentWriter, EncodedBlock, ItemBuf, Kind, Moment, Moments, SpanBuf, Step};
use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};
use trail_query::{Limits, Mode, parse};
use trail_search::{Error, Options, Order, ScanSource, Searcher};

/// Time that a search may take: what takes longer on two small recordings is a fault.
const DEADLINE: Duration = Duration::from_secs(5);

/// Terms and automata stay small, so that much can be tried.
const STATES_MAX: usize = 1_000;

static CONTENTS: LazyLock<Vec<Arc<ContentFile>>> = LazyLock::new(|| (1..3).map(content).collect());

/// Reads `data` as a query in every mode and asks two recordings for it.
pub fn search(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for mode in [Mode::Lucene, Mode::Sps, Mode::Screentrail] {
        let Ok(parsed) = parse(text, mode) else { continue };
        let mut options = Options::new(mode);
        options.limits = Limits { states: STATES_MAX, deadline: Some(DEADLINE), ..Limits::default() };
        let searcher = Searcher::new(ScanSource::new(CONTENTS.clone()), options);
        let asked = searcher.prepare(&parsed.query).and_then(|search| {
            let all = search.search_all(Order::Rank, None)?;
            let best = search.search_best(2)?;
            assert_eq!(best.hits, all.hits[..all.hits.len().min(2)], "{text:?}");
            Ok(())
        });
        if let Err(error @ (Error::TooSlow { .. } | Error::Content { .. } | Error::Index { .. })) = asked {
            panic!("{text:?}: {error}");
        }
    }
}

/// A recording of four moments: a line that grows, lines that come and go, a command, a title.
fn content(number: u8) -> Arc<ContentFile> {
    let item = |kind, text: &str, begin, end| ItemBuf {
        kind,
        text: text.to_owned(),
        spans: vec![SpanBuf::new(begin, end)],
    };
    let growth = vec![Step { at: 0, len: 7 }, Step { at: 1, len: 16 }];
    let grown = ItemBuf {
        kind: Kind::Line,
        text: "$ sudo cat a.b /etc/passwd".to_owned(),
        spans: vec![SpanBuf { growth: [growth, vec![Step { at: 2, len: 26 }]].concat(), ..SpanBuf::new(0, 3) }],
    };
    let items = [
        grown,
        item(Kind::Line, "root:x:0:0:root:/root:/bin/bash", 2, 2),
        item(Kind::Line, "日本 10.0.0.1:22 x=1 | wc -l", u32::from(number), 3),
        item(Kind::Command, "sudo cat a.b /etc/passwd", 2, 3),
        item(Kind::Title, "root@host: ~", 0, 3),
    ];
    let channel = ChannelId(1);
    let mut writer = ContentWriter::new(Vec::new(), TrailId([number; 16])).expect("a vector takes all");
    writer.add_channel(channel, &ChannelKind::SessionShell);
    let block = EncodedBlock::new(&Block::from_items(0, 3, &items)).expect("a block");
    writer.add_block(channel, block).expect("a vector takes all");
    let moment = |at: u64| Moment { record: RecordId(at + 1), offset: Offset(at * 1_500_000_000), changed: true };
    let end = Offset(9_000_000_000);
    let moments = Moments::new((0..4).map(moment), end);
    writer.end_channel(channel, &moments, &Default::default()).expect("a vector takes all");
    let (bytes, _) = writer.finish(RecordId(4), end).expect("a vector takes all");
    Arc::new(ContentFile::open(bytes).expect("just written"))
}
