//! Voices that were enrolled are found again in other calls, and nothing of them is seen by others.

#[path = "common/spoken.rs"]
mod spoken;

use std::path::Path;
use std::sync::LazyLock;

use assert_cmd::Command;
use rapport::call::audio::Track;
use rapport::call::report::Warning;
use rapport::call::time::{Duration, Span};
use rapport::call::transcript::{Basis, Speaker, Transcript};
use rapport::diarize::voices::{CallVoices, SpeakerCount, VoicePrint, VoiceTeller, Voices};
use rapport::diarize::{KnownVoice, recognise};
use rapport::store::{forget_voice, keep_voice, read_voices};
use rapport::transcribe::speech::find_speech;

/// Seconds of a sample call that are heard.
const SECS: usize = 45;

/// The two sides of the beginning of a sample call: a man's and a woman's, the same two in all of them.
fn sides(name: &str) -> Vec<Track> {
    spoken::sides(name, SECS).iter().map(|samples| Track::from_samples(samples)).collect()
}

fn samples(track: &Track) -> Vec<f32> {
    spoken::samples(track, SECS)
}

/// Both sides on one track.
fn mixed(sides: &[Track]) -> Track {
    let sum: Vec<f32> = samples(&sides[0]).iter().zip(samples(&sides[1])).map(|(a, b)| a + b).collect();
    Track::from_samples(&sum)
}

/// The voices of the two sides, as enrolled from one call.
static ENROLLED: LazyLock<Vec<VoicePrint>> = LazyLock::new(|| sides("long-story").iter().map(print_of).collect());

/// Another call of the two on one track, told apart; and which of the voices is that of the first side.
static TOLD: LazyLock<(Vec<Option<VoicePrint>>, usize)> = LazyLock::new(|| {
    let (prints, heard) = told(&sides("bakery-launch"));
    let first = usize::from(heard[1][0] > heard[0][0]);
    assert!(heard[1 - first][1] > heard[first][1], "one voice for each side: {heard:?}");
    (prints, first)
});

fn print_of(track: &Track) -> VoicePrint {
    VoicePrint::take(track, &find_speech(track)).unwrap()
}

/// A mixed call told apart: prints by voice, and of each voice how long it is heard while each side speaks.
fn told(sides: &[Track]) -> (Vec<Option<VoicePrint>>, Vec<[Duration; 2]>) {
    let track = mixed(sides);
    let told = CallVoices.tell(&track, &find_speech(&track), SpeakerCount::Given(2));
    let Voices::Apart { turns, voices } = told else { panic!("{told:?}") };
    let speech: Vec<Vec<Span>> = sides.iter().map(find_speech).collect();
    let of = |voice: u16| turns.iter().filter(move |turn| turn.voice == voice).map(|turn| turn.span);
    let heard = |voice: u16, side: usize| {
        of(voice).flat_map(|turn| speech[side].iter().map(move |span| span.overlap(turn))).sum::<Duration>()
    };
    let prints = (0..voices).map(|voice| VoicePrint::take(&track, &of(voice).collect::<Vec<_>>())).collect();
    (prints, (0..voices).map(|voice| [heard(voice, 0), heard(voice, 1)]).collect())
}

fn transcript(speakers: usize) -> Transcript {
    let label = |at: usize| format!("Speaker {}", ["A", "B", "C"][at]);
    Transcript {
        language: None,
        basis: Basis::Diarized,
        attribution_confidence: None,
        speakers: (0..speakers).map(|at| Speaker { label: label(at), ..Speaker::default() }).collect(),
        speech: Vec::new(),
        utterances: Vec::new(),
        duration: Duration::ZERO,
        warnings: Vec::new(),
    }
}

fn known(name: &str, me: bool, print: VoicePrint) -> KnownVoice {
    KnownVoice { name: name.to_owned(), me, prints: vec![print] }
}

#[test]
fn the_user_is_found_in_a_call_of_another_day() {
    let (prints, first) = &*TOLD;
    for side in [0, 1] {
        let own = if side == 0 { *first } else { 1 - first };
        let mut call = transcript(2);
        recognise(&mut call, prints, &[known("Nate", true, ENROLLED[side].clone())]);
        assert_eq!((call.speakers[own].label.as_str(), call.speakers[own].me), ("Nate", true));
        // At the least likeness that is believed it is 0.88.
        assert!(call.speakers[own].recognised.is_some_and(|sure| sure > 0.88 && sure <= 1.0), "{:?}", call.speakers);
        assert_eq!(call.speakers[1 - own].recognised, None);
        assert!(!call.speakers[1 - own].me && call.warnings.is_empty());
    }
}

#[test]
fn two_known_people_get_their_own_names() {
    let (prints, first) = &*TOLD;
    let mut call = transcript(2);
    let both = [known("Zoe", false, ENROLLED[1].clone()), known("Nate", true, ENROLLED[0].clone())];
    recognise(&mut call, prints, &both);
    assert_eq!(call.speakers[*first].label, "Nate");
    assert_eq!(call.speakers[1 - first].label, "Zoe");
}

#[test]
fn names_that_were_given_stay_and_calls_of_others_are_told_as_such() {
    let (prints, own) = (&TOLD.0, TOLD.1);
    let mut call = transcript(2);
    call.speakers[own].label = "Dana".into();
    recognise(&mut call, prints, &[known("Nate", true, ENROLLED[0].clone())]);
    assert_eq!((call.speakers[own].label.as_str(), call.me()), ("Dana", None));
    let codes: Vec<_> = call.warnings.iter().map(|Warning { code, .. }| code.as_str()).collect();
    assert_eq!(codes, ["voice_not_found"]);

    // Only the other voice is in the call.
    let mut call = transcript(1);
    recognise(&mut call, &prints[1 - own..][..1], &[known("Nate", true, ENROLLED[0].clone())]);
    assert_eq!(call.speakers[0].label, "Speaker A");
    assert_eq!(call.warnings[0].code, "voice_not_found");
}

#[test]
fn sides_with_tracks_of_their_own_are_left_alone() {
    let print = ENROLLED[0].clone();
    let mut call = transcript(2);
    call.basis = Basis::TwoTrack;
    recognise(&mut call, &[Some(print.clone()), None], &[known("Nate", true, print)]);
    assert_eq!(call, Transcript { basis: Basis::TwoTrack, ..transcript(2) });
}

#[test]
fn a_print_survives_the_disk_and_a_damaged_one_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("voices");
    let print = ENROLLED[0].clone();
    let name = "Ève / \"Nate\" \u{202e}";
    let path = keep_voice(&folder, name, true, print.clone()).unwrap();
    let (known, failures) = read_voices(&folder);
    assert_eq!(known, [KnownVoice { name: name.into(), me: true, prints: vec![print.clone()] }]);
    assert!(failures.is_empty());
    // The sixth replaces the oldest.
    (0..6).for_each(|_| drop(keep_voice(&folder, name, true, print.clone()).unwrap()));
    assert_eq!(read_voices(&folder).0[0].prints.len(), 5);

    let whole = std::fs::read(&path).unwrap();
    for cut in [0, 1, whole.len() / 2, whole.len() - 3] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let (known, failures) = read_voices(&folder);
        assert!(known.is_empty());
        assert!(failures[0].to_string().contains("enrol the voice again"), "{}", failures[0]);
    }
    std::fs::write(&path, vec![b' '; 2 << 20]).unwrap();
    assert!(read_voices(&folder).1[0].to_string().contains("longer than"));
    assert_eq!(forget_voice(&folder, name).unwrap(), Some(path));
    assert_eq!(forget_voice(&folder, name).unwrap(), None);
}

fn rapport(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.env("HOME", home).env("RAPPORT_DATA_DIR", home).env_remove("XDG_CONFIG_HOME").args(arguments);
    command
}

#[test]
fn a_voice_is_enrolled_listed_and_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let file = spoken::bundled("bakery-launch");
    let enrolled = rapport(home.path(), &["voice", "enroll", "Nate", file.to_str().unwrap()]).assert().success();
    let path = String::from_utf8(enrolled.get_output().stdout.clone()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(Path::new(path.trim())), 0o600);
        assert_eq!(mode(Path::new(path.trim()).parent().unwrap()), 0o700);
    }
    let listed = rapport(home.path(), &["voice", "list"]).assert().success();
    assert!(String::from_utf8_lossy(&listed.get_output().stdout).starts_with("Nate\tyou\t"));
    rapport(home.path(), &["voice", "forget", "Nate"]).assert().success();
    assert!(!Path::new(path.trim()).exists());
    let again = rapport(home.path(), &["voice", "forget", "Nate"]).assert().code(1);
    assert!(String::from_utf8_lossy(&again.get_output().stderr).contains("no voice print of \"Nate\""));
}

#[test]
fn two_voices_silence_and_text_are_no_enrolment() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, samples: &[f32]| {
        let path = home.path().join(name);
        spoken::write(&path, &[samples]);
        path
    };
    let both = write("both.wav", &samples(&mixed(&sides("bakery-launch"))));
    let silence = write("silence.wav", &vec![0.0; 160_000]);
    let text = home.path().join("text.wav");
    std::fs::write(&text, "not sound").unwrap();
    for (file, said) in [(both, "2 voices are heard"), (silence, "too little"), (text, "text.wav")] {
        let failed = rapport(home.path(), &["voice", "enroll", "Nate", file.to_str().unwrap()]).assert().code(1);
        let stderr = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
        assert!(stderr.contains(said), "{stderr}");
    }
    assert!(!home.path().join("rapport/voices").exists(), "nothing half-done is left");
}
