//! `rapport devices`: what can be recorded here.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use crate::commands::Exit;
use crate::error::{Error, Result};
use crate::ingest::capture::{DeviceList, Role};
use crate::progress::StopFlag;
use crate::render::terminal::plain;

/// What to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DevicesOptions {
    /// Whether to print JSON.
    pub json: bool,
}

/// Runs the command: the list goes to `out`.
///
/// # Errors
/// [`Error::Device`] if the sound system does not answer, or this program was built without recording; [`Error::Io`] when
/// `out` cannot be written.
pub fn run(options: &DevicesOptions, _: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let list = list()?;
    let text = if options.json {
        let mut text = serde_json::to_string_pretty(&list).expect("our own type has string keys");
        text.push('\n');
        text
    } else {
        table(&list)
    };
    let failed = Error::io("cannot write", Path::new("standard output"));
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)?;
    Ok(if list.devices.is_empty() { Exit::Nothing } else { Exit::Done })
}

#[cfg(feature = "record")]
fn list() -> Result<DeviceList> {
    Ok(crate::ingest::capture::Devices::look()?.list().clone())
}

#[cfg(not(feature = "record"))]
fn list() -> Result<DeviceList> {
    Err(super::record::built_without())
}

/// The list for people.
fn table(list: &DeviceList) -> String {
    let mut text = format!("Sound system: {}\n", list.host);
    let groups = [
        (Role::Microphone, "Microphones, for your side (--mic)", &list.microphone_missing),
        (Role::System, "System sound, for the others (--system)", &list.system_missing),
    ];
    for (role, title, missing) in groups {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{title}");
        for device in list.devices.iter().filter(|device| device.role == role) {
            let mark = if device.default { '*' } else { ' ' };
            let (name, id) = (plain(&device.name), plain(&device.id));
            let rate = f64::from(device.sample_rate) / 1000.0;
            let channels = if device.channels == 1 { "mono".to_owned() } else { format!("{} ch", device.channels) };
            let _ = writeln!(text, "{mark} {name}  ({channels}, {rate} kHz)");
            if id != name {
                let _ = writeln!(text, "    {id}");
            }
        }
        if let Some(why) = missing {
            let _ = writeln!(text, "  none: {}", plain(why));
        }
    }
    text.push_str("\n* is taken when no device is named; part of a name is enough to name one.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::capture::DeviceEntry;

    #[test]
    fn the_list_marks_defaults_and_says_what_is_missing() {
        let mic = DeviceEntry {
            id: "in.usb".into(),
            name: "Headset\u{1b}[31m".into(),
            role: Role::Microphone,
            default: true,
            channels: 1,
            sample_rate: 44_100,
        };
        let list = DeviceList {
            host: "ALSA".into(),
            devices: vec![mic],
            system_missing: Some("ALSA alone cannot".into()),
            microphone_missing: None,
        };
        let text = table(&list);
        assert!(text.contains("* Headset") && text.contains("(mono, 44.1 kHz)\n    in.usb\n"), "{text}");
        assert!(text.contains("(--system)\n  none: ALSA alone cannot\n"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
