//! What a recorder hears from.

use std::time::Duration as Elapsed;

/// A stretch of mono sound as a device handed it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The samples, -1 to 1.
    pub samples: Vec<f32>,
    /// Samples a second; a device may change it between blocks.
    pub rate: u32,
    /// When the last of the samples was here, on the recorder's clock. Late is normal, early does not happen.
    pub arrived: Elapsed,
    /// Samples known to be lost between the block before and this one.
    pub lost_before: u64,
}

/// Answer of a source that is asked for sound.
#[derive(Debug, Clone, PartialEq)]
pub enum Polled {
    /// The next block.
    Block(Block),
    /// Nothing yet.
    Nothing,
    /// There will be no more sound; why, for people.
    Ended(String),
}

/// A device that is being recorded: the microphone, the system's sound, or a script in tests.
pub trait SoundSource {
    /// Name of the device, for people.
    fn name(&self) -> &str;

    /// The next block that has arrived. Never waits.
    fn poll(&mut self) -> Polled;

    /// Whether the device hands over nothing while nothing plays (loopback on some systems). Such gaps are silence, not
    /// loss.
    fn rests_when_silent(&self) -> bool {
        false
    }
}
