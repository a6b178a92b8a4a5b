//! Single keys at a terminal, read without waiting: pause, mark and end while a recording goes on.

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Rest, or go on (`p` or space).
    Pause,
    /// Mark this moment (`m`).
    Mark,
    /// End the recording (`q`).
    Quit,
}

/// The key for a byte, if it means anything.
fn key_of(byte: u8) -> Option<Key> {
    match byte.to_ascii_lowercase() {
        b'p' | b' ' => Some(Key::Pause),
        b'm' => Some(Key::Mark),
        b'q' => Some(Key::Quit),
        _ => None,
    }
}

#[cfg(unix)]
pub(super) use terminal::Keys;

/// The terminal's settings as they were, if keys are being read: for a program that ends at once.
#[cfg(unix)]
pub(crate) use terminal::restore;

/// Gives the terminal its own settings back, where any were changed.
#[cfg(not(unix))]
pub(crate) fn restore() {}

/// Keys are not read here: Ctrl-C ends a recording.
#[cfg(not(unix))]
pub(super) struct Keys;

#[cfg(not(unix))]
impl Keys {
    /// Always `None`.
    pub(super) fn listen() -> Option<Self> {
        None
    }

    /// Always empty.
    pub(super) fn pressed(&self) -> Vec<Key> {
        Vec::new()
    }
}

#[cfg(unix)]
mod terminal {
    use std::io::{IsTerminal, Stdin, stdin};
    use std::sync::Mutex;

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    use super::{Key, key_of};

    /// Bytes taken at once: far more than anybody types between two looks.
    const BYTES_MAX: usize = 64;

    /// The settings to give back.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Reads keys as long as it lives; dropping it gives the terminal back as it was.
    pub(in super::super) struct Keys(Stdin);

    impl Keys {
        /// Starts to read keys; `None` where standard input is no terminal.
        pub(in super::super) fn listen() -> Option<Self> {
            let input = stdin();
            if !input.is_terminal() {
                return None;
            }
            let before = tcgetattr(&input).ok()?;
            let mut settings = before.clone();
            // Keys come one by one and are not shown; Ctrl-C and what is printed work as ever.
            settings.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            settings.special_codes[SpecialCodeIndex::VMIN] = 0;
            settings.special_codes[SpecialCodeIndex::VTIME] = 0;
            *BEFORE.lock().ok()? = Some(before);
            if tcsetattr(&input, OptionalActions::Now, &settings).is_err() {
                restore();
                return None;
            }
            Some(Self(input))
        }

        /// The keys pressed since this was last asked; never waits.
        pub(in super::super) fn pressed(&self) -> Vec<Key> {
            let mut bytes = [0; BYTES_MAX];
            let count = rustix::io::read(&self.0, &mut bytes).unwrap_or(0);
            bytes[..count].iter().copied().filter_map(key_of).collect()
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            restore();
        }
    }

    /// Gives the terminal its own settings back, where any were changed.
    pub(crate) fn restore() {
        if let Ok(mut before) = BEFORE.lock()
            && let Some(settings) = before.take()
        {
            // A terminal that is gone needs nothing any more.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &settings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_the_space_bar_count_too() {
        let keys: Vec<_> = b"p PmMqQxyz\x1b[A".iter().copied().filter_map(key_of).collect();
        assert_eq!(keys[..3], [Key::Pause; 3]);
        assert_eq!(keys[3..], [Key::Mark, Key::Mark, Key::Quit, Key::Quit]);
    }
}
