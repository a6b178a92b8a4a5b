//! Recordings in: decode, resample, and find out what the channels are.
