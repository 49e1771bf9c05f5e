//! `--explain`: how a query was read, what it costs, and the parts of the best hit's rank.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use trail_search::{Explanation, Order, RankPart, Search, Source};

use crate::hits::Session;
use crate::query::Parsed;
use crate::ui::printable;

/// Prints the explanation; gives how many hits there are.
pub(crate) fn explain<S: Source>(
    search: &Search<'_, S>,
    parsed: &Parsed,
    sessions: &[Session],
    as_json: bool,
    out: &mut impl Write,
) -> Result<usize> {
    let explanation = search.explain()?;
    let answer = search.search_all(Order::Rank, Some(1))?;
    let best = answer.hits.first().map(|(trail, hit)| -> Result<_> {
        let parts = search.explain_rank(*trail, hit)?;
        Ok((&sessions[*trail].path, hit, parts))
    });
    let best = best.transpose()?;
    if as_json {
        let best = best.map(|(path, hit, parts)| {
            let parts: Vec<Value> = parts.iter().map(part_json).collect();
            json!({
                "path": path,
                "channel": hit.channel.0,
                "begin": hit.records.begin.0,
                "end": hit.records.end.0,
                "for_screenshot": hit.for_screenshot.0,
                "rank": hit.rank,
                "parts": parts,
            })
        });
        let value = explanation_json(&explanation, parsed);
        writeln!(out, "{}", json!({ "query": value, "hits": answer.total, "best": best }))?;
        return Ok(answer.total);
    }
    for note in &parsed.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    let mut text = String::new();
    explanation.write(&parsed.text, &mut text)?;
    for line in text.lines() {
        writeln!(out, "{}", printable(line))?;
    }
    writeln!(out, "hits: {}", answer.total)?;
    if let Some((path, hit, parts)) = best {
        let records = format!("records {}..={}", hit.records.begin, hit.records.end);
        writeln!(out, "best: {:.4} in {}, {records}", hit.rank, printable(path))?;
        for part in parts {
            let leaf = part.leaf.map_or_else(|| "moment".to_owned(), |leaf| format!("#{leaf}"));
            writeln!(out, "  {:.4} {leaf} {}", part.score, printable(part.text.as_deref().unwrap_or("")))?;
        }
    }
    Ok(answer.total)
}

fn explanation_json(explanation: &Explanation, parsed: &Parsed) -> Value {
    let leaves: Vec<Value> = explanation
        .leaves
        .iter()
        .map(|leaf| {
            let kinds: Vec<&str> = leaf.kinds.iter().map(|kind| kind.as_str()).collect();
            let terms: Vec<Value> = leaf
                .terms
                .iter()
                .map(|term| {
                    json!({
                        "term": term.term,
                        "kind": term.kind.as_str(),
                        "docs": term.docs,
                        "as_word": term.as_word,
                        "as_token": term.as_token,
                    })
                })
                .collect();
            json!({
                "text": leaf.span.of(&parsed.text),
                "kinds": kinds,
                "negative": leaf.is_negative,
                "scored": leaf.is_scored,
                "boost": leaf.boost,
                "terms": terms,
            })
        })
        .collect();
    json!({
        "text": parsed.text,
        "notes": parsed.notes,
        "plan": explanation.tree,
        "leaves": leaves,
        "candidates": explanation.candidates,
        "candidate_recordings": explanation.candidate_trails,
    })
}

fn part_json(part: &RankPart) -> Value {
    json!({ "leaf": part.leaf, "score": part.score, "text": part.text })
}
