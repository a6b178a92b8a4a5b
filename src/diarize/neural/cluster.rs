//! A first guess at who is who: local voices merged by how alike they sound and where they speak together, the two
//! likeliest again and again. Two voices of one window never join while others may.

use super::local::{Local, SOUND_SHARE, agreement};
use super::prints::Prints;
use super::windows::Window;
use crate::diarize::voices::likeness::{Heap, Likeness};

/// A local voice must speak this long alone to be compared with others, in seconds.
const ALONE_MIN_SECONDS: f32 = 0.3;
/// Most local voices compared with each other; of a longer call the windows are taken evenly from all of it, in pairs that
/// overlap.
const COMPARED_MAX: usize = 400;

/// One cluster in the making.
struct Cluster {
    members: Vec<usize>,
    windows: Vec<usize>,
}

/// Local voices by cluster, `wanted` clusters at most; local voices that are too short, or of windows left out, are in none.
pub(super) fn cluster(
    windows: &[Window],
    locals: &[Local],
    likeness: &Likeness,
    prints: &Prints,
    wanted: usize,
) -> Vec<Vec<usize>> {
    let mut chosen: Vec<usize> = (0..locals.len()).filter(|&at| locals[at].seconds() >= ALONE_MIN_SECONDS).collect();
    let step = chosen.len().div_ceil(COMPARED_MAX).max(1);
    chosen.retain(|&at| (locals[at].window / 2).is_multiple_of(step));
    let count = chosen.len();
    let mut clusters: Vec<Option<Cluster>> =
        chosen.iter().map(|&at| Some(Cluster { members: vec![at], windows: vec![locals[at].window] })).collect();
    let mut heaps: Vec<Option<Heap>> =
        chosen.iter().map(|&at| Some(likeness.heap([(&locals[at].frames, 1.0)]))).collect();
    let pairs: Vec<(usize, usize)> = (0..count).flat_map(|low| (low + 1..count).map(move |high| (low, high))).collect();
    let mut place = vec![f32::NEG_INFINITY; count * count];
    let mut sound = vec![f32::NEG_INFINITY; count * count];
    for (&(low, high), gain) in pairs.iter().zip(likeness.gains(&heaps, &pairs)) {
        let (a, b) = (&locals[chosen[low]], &locals[chosen[high]]);
        sound[low * count + high] = SOUND_SHARE * gain;
        let near = a.window != b.window;
        let same =
            if near { agreement(&windows[a.window], Some(a.number), &windows[b.window], Some(b.number)) } else { 0.0 };
        place[low * count + high] = same + prints.same(a, b);
    }
    for _ in wanted..count {
        let Some((kept, gone)) = best_pair(&clusters, &place, &sound, count) else { break };
        let (Some(swallowed), Some(heap)) = (clusters[gone].take(), heaps[gone].take()) else { break };
        if let (Some(cluster), Some(whole)) = (&mut clusters[kept], &mut heaps[kept]) {
            cluster.members.extend(swallowed.members);
            cluster.windows.extend(swallowed.windows);
            cluster.windows.sort_unstable();
            whole.add(&heap);
        }
        let others: Vec<usize> = (0..count).filter(|&other| other != kept && clusters[other].is_some()).collect();
        let renewed: Vec<(usize, usize)> = others.iter().map(|&other| (other.min(kept), other.max(kept))).collect();
        for (&(low, high), gain) in renewed.iter().zip(likeness.gains(&heaps, &renewed)) {
            sound[low * count + high] = SOUND_SHARE * gain;
            let other = if low == kept { high } else { low };
            place[low * count + high] += place[other.min(gone) * count + other.max(gone)];
        }
    }
    clusters.into_iter().flatten().map(|cluster| cluster.members).collect()
}

/// The pair with most evidence; of those that may join if there are any.
fn best_pair(clusters: &[Option<Cluster>], place: &[f32], sound: &[f32], count: usize) -> Option<(usize, usize)> {
    let mut best: Option<(bool, f32, (usize, usize))> = None;
    for low in 0..count {
        let Some(a) = &clusters[low] else { continue };
        for high in low + 1..count {
            let Some(b) = &clusters[high] else { continue };
            let value = place[low * count + high] + sound[low * count + high];
            let free = !meet(&a.windows, &b.windows);
            if best.is_none_or(|(best_free, best_value, _)| (free, value) > (best_free, best_value)) {
                best = Some((free, value, (low, high)));
            }
        }
    }
    best.map(|(_, _, pair)| pair)
}

/// Whether two sorted lists have a number in common.
fn meet(a: &[usize], b: &[usize]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().any(|number| long.binary_search(number).is_ok())
}
