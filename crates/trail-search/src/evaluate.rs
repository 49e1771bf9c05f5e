//! How leaves combine: the boolean tree over sets of moments, and over scores.

use crate::Result;
use crate::cancel::Meter;
use crate::envelope::Steps;
use crate::intervals::IntervalSet;
use crate::plan::{Plan, PureNegative, Tree};
use crate::sequence::Timeline;

impl Plan {
    /// The moments of `base` at which the query holds, if leaf `i` does at those that `leaf(i)` gives.
    pub(crate) fn holds(
        &self,
        base: &IntervalSet,
        timeline: &Timeline,
        leaf: &mut impl FnMut(usize) -> IntervalSet,
        meter: &mut Meter<'_>,
    ) -> Result<IntervalSet> {
        let tree = self.tree.as_ref();
        tree.map_or(Ok(IntervalSet::EMPTY), |tree| self.tree_holds(tree, base, timeline, leaf, meter))
    }

    pub(crate) fn tree_holds(
        &self,
        tree: &Tree,
        base: &IntervalSet,
        timeline: &Timeline,
        leaf: &mut impl FnMut(usize) -> IntervalSet,
        meter: &mut Meter<'_>,
    ) -> Result<IntervalSet> {
        let truth = match tree {
            Tree::Leaf(at) => leaf(*at),
            Tree::All(_) => base.clone(),
            Tree::Period(index, _) => base.intersect(&timeline.periods[*index]),
            Tree::Session(index) if timeline.sessions[*index].is_some() => base.clone(),
            Tree::Session(_) => IntervalSet::EMPTY,
            Tree::Best(fields) => {
                let parts = fields.iter().map(|tree| self.tree_holds(tree, base, timeline, leaf, meter));
                IntervalSet::union_all(&parts.collect::<Result<Vec<_>>>()?)
            }
            Tree::Sequence(index) => base.intersect(&timeline.sequences[*index].truth),
            Tree::Group { must, should, must_not, minimum } => {
                let mut truth = match self.positive(must, should, must_not) {
                    Positive::Nothing => return Ok(IntervalSet::EMPTY),
                    Positive::All => base.clone(),
                    Positive::Any => {
                        let parts = should.iter().map(|tree| self.tree_holds(tree, base, timeline, leaf, meter));
                        let parts = parts.collect::<Result<Vec<_>>>()?;
                        meter.spend(parts.iter().map(|part| part.runs().len()).sum())?;
                        IntervalSet::at_least(*minimum, &parts)
                    }
                    Positive::Every(first, rest) => {
                        let mut truth = self.tree_holds(first, base, timeline, leaf, meter)?;
                        for tree in rest {
                            if truth.is_empty() {
                                break;
                            }
                            truth = truth.intersect(&self.tree_holds(tree, base, timeline, leaf, meter)?);
                        }
                        if *minimum > 0 && !truth.is_empty() {
                            let parts = should.iter().map(|tree| self.tree_holds(tree, base, timeline, leaf, meter));
                            let parts = parts.collect::<Result<Vec<_>>>()?;
                            meter.spend(parts.iter().map(|part| part.runs().len()).sum())?;
                            truth = truth.intersect(&IntervalSet::at_least(*minimum, &parts));
                        }
                        truth
                    }
                };
                for tree in must_not {
                    if truth.is_empty() {
                        break;
                    }
                    truth = truth.minus(&self.tree_holds(tree, base, timeline, leaf, meter)?);
                }
                truth
            }
        };
        meter.spend(1 + truth.runs().len())?;
        Ok(truth)
    }

    /// The score at the moments of `base` at which the query holds: a group's is the sum over its clauses that hold and are
    /// not negated.
    pub(crate) fn scores(
        &self,
        base: &Base<'_>,
        leaf: &mut impl FnMut(usize) -> Steps,
        meter: &mut Meter<'_>,
    ) -> Result<Steps> {
        self.tree.as_ref().map_or_else(|| Ok(Steps::default()), |tree| self.tree_scores(tree, base, leaf, meter))
    }

    fn tree_scores(
        &self,
        tree: &Tree,
        base: &Base<'_>,
        leaf: &mut impl FnMut(usize) -> Steps,
        meter: &mut Meter<'_>,
    ) -> Result<Steps> {
        let Base { moments, timeline, .. } = *base;
        let scores = match tree {
            Tree::Period(index, score) => Steps::constant(&moments.intersect(&timeline.periods[*index]), *score),
            Tree::Sequence(index) => {
                let (sequence, truth) = (&self.sequences[*index], &timeline.sequences[*index].truth);
                if sequence.is_negative {
                    return Ok(Steps::constant(&moments.intersect(truth), 0.0));
                }
                let second = self.tree_scores(&sequence.second, base, leaf, meter)?;
                match base.of_item {
                    true => second.inside(&timeline.following(*index, &second.moments())),
                    false => second.inside(truth),
                }
            }
            Tree::Leaf(at) => leaf(*at),
            Tree::All(score) => Steps::constant(moments, *score),
            Tree::Session(index) => {
                timeline.sessions[*index].map_or_else(Steps::default, |score| Steps::constant(moments, score))
            }
            Tree::Best(fields) => {
                let parts = fields.iter().map(|tree| self.tree_scores(tree, base, leaf, meter));
                let parts = parts.collect::<Result<Vec<_>>>()?;
                meter.spend(parts.iter().map(Steps::len).sum())?;
                Steps::best_of(parts.into_iter())
            }
            Tree::Group { must, should, must_not, minimum } => {
                let positive = self.positive(must, should, must_not);
                let mut all = |trees: &[Tree]| -> Result<Vec<Steps>> {
                    trees.iter().map(|tree| self.tree_scores(tree, base, leaf, meter)).collect()
                };
                let (must, should) = (all(must)?, all(should)?);
                let mut truth = match positive {
                    Positive::Nothing => return Ok(Steps::default()),
                    Positive::All => moments.clone(),
                    Positive::Any => at_least(*minimum, &should),
                    Positive::Every(..) => {
                        let mut moments = must.iter().map(Steps::moments);
                        let first = moments.next().unwrap_or_default();
                        let all = moments.fold(first, |truth, moments| truth.intersect(&moments));
                        if *minimum > 0 { all.intersect(&at_least(*minimum, &should)) } else { all }
                    }
                };
                for tree in must_not {
                    if truth.is_empty() {
                        return Ok(Steps::default());
                    }
                    truth = truth.minus(&self.tree_scores(tree, base, leaf, meter)?.moments());
                }
                let is_unscored = must.is_empty() && should.is_empty();
                let sum = Steps::sum(must.into_iter().chain(should).collect(), meter)?;
                if is_unscored { Steps::constant(&truth, 0.0) } else { sum.inside(&truth) }
            }
        };
        meter.spend(1 + scores.len())?;
        Ok(scores)
    }

    /// What a group asks for beside its negatives.
    fn positive<'a>(&self, must: &'a [Tree], should: &[Tree], must_not: &[Tree]) -> Positive<'a> {
        match must {
            [first, rest @ ..] => Positive::Every(first, rest),
            [] if !should.is_empty() => Positive::Any,
            [] if must_not.is_empty() || self.pure_negative == PureNegative::Nothing => Positive::Nothing,
            [] => Positive::All,
        }
    }
}

fn at_least(minimum: usize, should: &[Steps]) -> IntervalSet {
    IntervalSet::at_least(minimum, &should.iter().map(Steps::moments).collect::<Vec<_>>())
}

/// What scores are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    pub(crate) moments: &'a IntervalSet,
    pub(crate) timeline: &'a Timeline,
    /// Of one item, so that a sequence begins where the item does; else of the screen.
    pub(crate) of_item: bool,
}

enum Positive<'a> {
    Every(&'a Tree, &'a [Tree]),
    Any,
    All,
    Nothing,
}
