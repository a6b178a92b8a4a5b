//! What can be recorded here, and which of it is meant.

use serde::Serialize;

use crate::error::{Error, Result};

/// What a device's sound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The user speaks into it.
    Microphone,
    /// What the computer plays: the others.
    System,
}

impl Role {
    /// The role as a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::System => "system",
        }
    }

    const fn flag(self) -> &'static str {
        match self {
            Self::Microphone => "--mic",
            Self::System => "--system",
        }
    }
}

/// A device that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceEntry {
    /// Name for programs, the same at every start.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What its sound is.
    pub role: Role,
    /// Whether it is taken when none is named.
    pub default: bool,
    /// Tracks it gives; they are mixed to one.
    pub channels: u16,
    /// Samples a second it gives.
    pub sample_rate: u32,
}

/// What can be recorded here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceList {
    /// The sound system they belong to.
    pub host: String,
    /// The devices.
    pub devices: Vec<DeviceEntry>,
    /// Why the system's sound cannot be recorded and what to do, if it cannot.
    pub system_missing: Option<String>,
    /// Why there is no microphone and what to do, if there is none.
    pub microphone_missing: Option<String>,
}

/// The device of this role that is meant by `wanted` (its name, its id or a part of one), or the default one. Never
/// another in its place.
///
/// # Errors
/// [`Error::Device`] if there is none, or several fit.
pub fn choose<'a>(list: &'a DeviceList, role: Role, wanted: Option<&str>) -> Result<&'a DeviceEntry> {
    let failed = |why: String| Error::Device { what: format!("{} ({})", role.word(), role.flag()), why };
    let of_role = || list.devices.iter().filter(move |device| device.role == role);
    let missing = match role {
        Role::Microphone => list.microphone_missing.as_deref(),
        Role::System => list.system_missing.as_deref(),
    };
    let Some(wanted) = wanted else {
        let none = "there is no default device; name one that `rapport devices` lists";
        return of_role().find(|device| device.default).ok_or_else(|| failed(missing.unwrap_or(none).to_owned()));
    };
    // A full name is meant even if it is part of another; an id says which device, whatever its role.
    let exact = list.devices.iter().filter(|device| device.id == wanted).chain(of_role().filter(|d| d.name == wanted));
    if let Some(device) = exact.into_iter().next() {
        return Ok(device);
    }
    let part = wanted.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&part);
    let fitting: Vec<_> = of_role().filter(|device| holds(&device.name) || holds(&device.id)).collect();
    let names = |devices: &[&DeviceEntry]| {
        devices.iter().map(|device| format!("{:?}", device.name)).collect::<Vec<_>>().join(", ")
    };
    match fitting[..] {
        [device] => Ok(device),
        [] => {
            let all: Vec<_> = of_role().collect();
            let there = if all.is_empty() {
                missing.unwrap_or("there is no such device at all").to_owned()
            } else {
                format!("there are: {}", names(&all))
            };
            Err(failed(format!("no device is called {wanted:?}; {there}")))
        }
        _ => Err(failed(format!("{wanted:?} fits several devices: {}; say more of the name", names(&fitting)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> DeviceList {
        let device = |id: &str, name: &str, role, default| DeviceEntry {
            id: id.into(),
            name: name.into(),
            role,
            default,
            channels: 2,
            sample_rate: 48_000,
        };
        DeviceList {
            host: "test".into(),
            devices: vec![
                device("in.1", "USB Headset", Role::Microphone, false),
                device("in.2", "USB Headset Pro", Role::Microphone, true),
                device("out.1.monitor", "Monitor of Speakers", Role::System, false),
            ],
            system_missing: None,
            microphone_missing: None,
        }
    }

    #[test]
    fn a_device_is_found_by_name_id_or_part() {
        let list = list();
        let id = |role, wanted| choose(&list, role, wanted).unwrap().id.as_str();
        assert_eq!(id(Role::Microphone, None), "in.2");
        assert_eq!(id(Role::Microphone, Some("USB Headset")), "in.1");
        assert_eq!(id(Role::Microphone, Some("pro")), "in.2");
        assert_eq!(id(Role::System, Some("SPEAK")), "out.1.monitor");
        assert_eq!(id(Role::Microphone, Some("out.1.monitor")), "out.1.monitor");
    }

    #[test]
    fn what_is_not_there_is_never_replaced() {
        let mut list = list();
        let said = |list: &DeviceList, role, wanted| choose(list, role, wanted).unwrap_err().to_string();
        let text = said(&list, Role::Microphone, Some("webcam"));
        assert!(text.contains("\"webcam\"") && text.contains("USB Headset Pro") && text.contains("--mic"), "{text}");
        assert!(said(&list, Role::Microphone, Some("usb")).contains("several"));
        assert!(said(&list, Role::System, None).contains("rapport devices"));
        list.devices.clear();
        list.system_missing = Some("ALSA alone cannot".into());
        assert!(said(&list, Role::System, None).contains("ALSA alone cannot"));
        assert!(said(&list, Role::System, Some("x")).contains("ALSA alone cannot"));
    }
}
