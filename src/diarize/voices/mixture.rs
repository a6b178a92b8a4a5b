//! A mixture of Gaussians trained on the call itself: the sounds that are made in it, whoever makes them.

use super::cepstra::CEPSTRA;

/// Sounds kept of each frame: the likeliest ones hold nearly all of its probability.
pub(super) const SOUNDS_KEPT: usize = 4;
/// Frames a component needs to be worth its while.
const FRAMES_PER_SOUND: usize = 60;
/// Most components.
const SOUNDS_MAX: usize = 64;
/// Most frames to learn from; of a longer call every n-th is taken.
const FRAMES_MAX: usize = 40_000;
/// Rounds of re-estimation after each doubling, and at the end.
const ROUNDS: usize = 3;
const ROUNDS_LAST: usize = 6;
/// Least variance, as a share of that of all frames together.
const VARIANCE_MIN: f32 = 0.02;
/// How far halves of a component are put apart, in standard deviations.
const SPLIT_DEVIATIONS: f32 = 0.5;

/// One frame's likeliest sounds with their probabilities, which sum to 1.
pub(super) type Sounds = [(u8, f32); SOUNDS_KEPT];

type Shape = [f32; CEPSTRA];

/// One Gaussian with a diagonal covariance.
#[derive(Debug, Clone)]
struct Sound {
    weight: f32,
    mean: Shape,
    variance: Shape,
    /// Roots of one over the variances.
    sharpness: Shape,
    /// Logarithm of weight and norm.
    log_norm: f32,
}

/// The mixture.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    sounds: Vec<Sound>,
    densities: Densities,
}

/// What it takes to compute the densities of all sounds at once, which is most of the work: values of [`LANES`] sounds side
/// by side, so that each instruction works on several. A sum runs over the axes in their order, whatever the lanes.
#[derive(Debug, Clone, Default)]
struct Densities {
    blocks: Vec<Block>,
}

/// Mean, and one over the variance, of each axis, and the logarithm of weight and norm, of [`LANES`] sounds.
#[derive(Debug, Clone)]
struct Block {
    axes: [([f32; LANES], [f32; LANES]); CEPSTRA],
    log_norms: [f32; LANES],
}

/// Sounds worked on at once: a register of AVX, two of SSE or NEON.
const LANES: usize = 8;

impl Densities {
    fn of(sounds: &[Sound]) -> Self {
        let block = |sounds: &[Sound]| {
            let mut block =
                Block { axes: [([0.0; LANES], [0.0; LANES]); CEPSTRA], log_norms: [f32::NEG_INFINITY; LANES] };
            for (lane, sound) in sounds.iter().enumerate() {
                block.log_norms[lane] = sound.log_norm;
                for (axis, (means, precisions)) in block.axes.iter_mut().enumerate() {
                    (means[lane], precisions[lane]) = (sound.mean[axis], 1.0 / sound.variance[axis]);
                }
            }
            block
        };
        Self { blocks: sounds.chunks(LANES).map(block).collect() }
    }

    /// Logarithms of the densities, in the order of the sounds; those past the last sound are minus infinity.
    fn at<'a>(&'a self, shape: &'a Shape) -> impl Iterator<Item = f32> + 'a {
        self.blocks.iter().flat_map(|block| {
            let mut sums = [0.0_f32; LANES];
            for (value, (means, precisions)) in shape.iter().zip(&block.axes) {
                for lane in 0..LANES {
                    let off = value - means[lane];
                    sums[lane] += off * off * precisions[lane];
                }
            }
            std::array::from_fn::<f32, LANES, _>(|lane| block.log_norms[lane] - 0.5 * sums[lane])
        })
    }
}

impl Sound {
    fn prepare(&mut self, floor: &Shape) {
        let mut log_det = 0.0;
        for ((variance, sharpness), floor) in self.variance.iter_mut().zip(&mut self.sharpness).zip(floor) {
            *variance = variance.max(*floor);
            *sharpness = (1.0 / *variance).sqrt();
            log_det += variance.ln();
        }
        let constant = CEPSTRA as f32 * std::f32::consts::TAU.ln();
        self.log_norm = self.weight.max(1e-12).ln() - 0.5 * (constant + log_det);
    }
}

impl Mixture {
    /// Learns the sounds of `frames`: one Gaussian, doubled and re-estimated until there are enough (Linde, Buzo and
    /// Gray 1980). `None` where there are too few frames for two.
    pub(super) fn learn(frames: &[Shape]) -> Option<Self> {
        let step = frames.len().div_ceil(FRAMES_MAX).max(1);
        let frames: Vec<Shape> = frames.iter().copied().step_by(step).collect();
        let wanted = (frames.len() / FRAMES_PER_SOUND).min(SOUNDS_MAX);
        if wanted < 2 {
            return None;
        }
        let whole = gaussian(&frames);
        let floor = whole.variance.map(|variance| (variance * VARIANCE_MIN).max(1e-6));
        let mut mixture = Self { sounds: vec![whole], densities: Densities::default() };
        mixture.sounds[0].prepare(&floor);
        while mixture.sounds.len() < wanted {
            mixture.double(wanted, &floor);
            for _ in 0..ROUNDS {
                mixture.reestimate(&frames, &floor);
            }
        }
        for _ in 0..ROUNDS_LAST {
            mixture.reestimate(&frames, &floor);
        }
        Some(mixture)
    }

    /// Number of components.
    pub(super) const fn len(&self) -> usize {
        self.sounds.len()
    }

    /// Share of the frames that make each sound.
    pub(super) fn weights(&self) -> Vec<f32> {
        self.sounds.iter().map(|sound| sound.weight).collect()
    }

    /// The likeliest sounds of a frame.
    pub(super) fn sounds_of(&self, shape: &Shape) -> Sounds {
        let mut best = [(0_u8, f32::NEG_INFINITY); SOUNDS_KEPT];
        for (at, density) in self.densities.at(shape).enumerate() {
            let mut density = (at as u8, density);
            for place in &mut best {
                if density.1 > place.1 {
                    std::mem::swap(&mut density, place);
                }
            }
        }
        let top = best[0].1;
        let mut sum = 0.0;
        for (_, value) in &mut best {
            *value = (*value - top).exp();
            sum += *value;
        }
        best.map(|(at, value)| (at, value / sum))
    }

    /// Mean and standard deviations of a sound.
    pub(super) fn middle(&self, sound: usize) -> (&Shape, Shape) {
        let sound = &self.sounds[sound];
        (&sound.mean, sound.variance.map(f32::sqrt))
    }

    /// How far a frame is from the middle of a sound, in standard deviations.
    pub(super) fn offset(&self, sound: u8, shape: &Shape) -> Shape {
        let sound = &self.sounds[usize::from(sound)];
        let mut offset = [0.0; CEPSTRA];
        for at in 0..CEPSTRA {
            offset[at] = (shape[at] - sound.mean[at]) * sound.sharpness[at];
        }
        offset
    }

    /// Splits the heaviest components along their widest direction, up to twice as many or `wanted`.
    fn double(&mut self, wanted: usize, floor: &Shape) {
        self.sounds.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for at in 0..self.sounds.len().min(wanted - self.sounds.len()) {
            let spread = |axis: usize| self.sounds[at].variance[axis] / floor[axis];
            let axis = (0..CEPSTRA).max_by(|&a, &b| spread(a).total_cmp(&spread(b))).unwrap_or(0);
            let apart = self.sounds[at].variance[axis].sqrt() * SPLIT_DEVIATIONS;
            self.sounds[at].weight *= 0.5;
            let mut half = self.sounds[at].clone();
            half.mean[axis] += apart;
            half.prepare(floor);
            self.sounds[at].mean[axis] -= apart;
            self.sounds[at].prepare(floor);
            self.sounds.push(half);
        }
        self.densities = Densities::of(&self.sounds);
    }

    fn reestimate(&mut self, frames: &[Shape], floor: &Shape) {
        let mut sums = vec![(0.0_f32, [0.0_f32; CEPSTRA], [0.0_f32; CEPSTRA]); self.sounds.len()];
        for shape in frames {
            for (sound, share) in self.sounds_of(shape) {
                let (count, first, second) = &mut sums[usize::from(sound)];
                *count += share;
                for at in 0..CEPSTRA {
                    first[at] += share * shape[at];
                    second[at] += share * shape[at] * shape[at];
                }
            }
        }
        for (sound, (count, first, second)) in self.sounds.iter_mut().zip(sums) {
            // A sound nobody makes keeps its place and loses its weight.
            sound.weight = count / frames.len() as f32;
            if count > 1.0 {
                for at in 0..CEPSTRA {
                    sound.mean[at] = first[at] / count;
                    sound.variance[at] = second[at] / count - sound.mean[at] * sound.mean[at];
                }
            }
            sound.prepare(floor);
        }
        self.densities = Densities::of(&self.sounds);
    }
}

fn gaussian(frames: &[Shape]) -> Sound {
    let count = frames.len() as f32;
    let (mut mean, mut variance) = ([0.0_f32; CEPSTRA], [0.0_f32; CEPSTRA]);
    for shape in frames {
        for at in 0..CEPSTRA {
            mean[at] += shape[at] / count;
        }
    }
    for shape in frames {
        for at in 0..CEPSTRA {
            variance[at] += (shape[at] - mean[at]).powi(2) / count;
        }
    }
    Sound { weight: 1.0, mean, variance, sharpness: [0.0; CEPSTRA], log_norm: 0.0 }
}
