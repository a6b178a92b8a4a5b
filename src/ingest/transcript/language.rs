//! The language of a transcript: what the file says, else what its text looks like.

use whatlang::Lang;

/// Characters of text that are looked at: enough to be sure, and bounded for long calls.
const LOOKED_AT_CHARS: usize = 20_000;

/// Shorter texts are not judged: names and greetings look like any language.
const JUDGED_CHARS_MIN: usize = 40;

/// ISO 639-1 codes of the languages that have one among those told apart by text.
const CODES: [(Lang, &str); 66] = [
    (Lang::Epo, "eo"),
    (Lang::Eng, "en"),
    (Lang::Rus, "ru"),
    (Lang::Cmn, "zh"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Ben, "bn"),
    (Lang::Fra, "fr"),
    (Lang::Deu, "de"),
    (Lang::Ukr, "uk"),
    (Lang::Kat, "ka"),
    (Lang::Ara, "ar"),
    (Lang::Hin, "hi"),
    (Lang::Jpn, "ja"),
    (Lang::Heb, "he"),
    (Lang::Yid, "yi"),
    (Lang::Pol, "pl"),
    (Lang::Amh, "am"),
    (Lang::Jav, "jv"),
    (Lang::Kor, "ko"),
    (Lang::Nob, "no"),
    (Lang::Dan, "da"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Tur, "tr"),
    (Lang::Nld, "nl"),
    (Lang::Hun, "hu"),
    (Lang::Ces, "cs"),
    (Lang::Ell, "el"),
    (Lang::Bul, "bg"),
    (Lang::Bel, "be"),
    (Lang::Mar, "mr"),
    (Lang::Kan, "kn"),
    (Lang::Ron, "ro"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Srp, "sr"),
    (Lang::Mkd, "mk"),
    (Lang::Lit, "lt"),
    (Lang::Lav, "lv"),
    (Lang::Est, "et"),
    (Lang::Tam, "ta"),
    (Lang::Vie, "vi"),
    (Lang::Urd, "ur"),
    (Lang::Tha, "th"),
    (Lang::Guj, "gu"),
    (Lang::Uzb, "uz"),
    (Lang::Pan, "pa"),
    (Lang::Aze, "az"),
    (Lang::Ind, "id"),
    (Lang::Tel, "te"),
    (Lang::Pes, "fa"),
    (Lang::Mal, "ml"),
    (Lang::Ori, "or"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Sin, "si"),
    (Lang::Khm, "km"),
    (Lang::Tuk, "tk"),
    (Lang::Aka, "ak"),
    (Lang::Zul, "zu"),
    (Lang::Sna, "sn"),
    (Lang::Afr, "af"),
    (Lang::Lat, "la"),
    (Lang::Slk, "sk"),
];

/// The code of what a file calls its language: `en`, `en-GB`, `eng`, `English`. `None` for `auto` and the unknown.
pub(super) fn named(text: &str) -> Option<String> {
    let name = text.trim().to_lowercase();
    let main = name.split(['-', '_']).next().unwrap_or_default();
    match main.len() {
        2 if main.bytes().all(|byte| byte.is_ascii_lowercase()) => Some(main.to_owned()),
        3 => Lang::from_code(main).and_then(code),
        _ if main == "chinese" => Some("zh".to_owned()),
        _ => CODES.iter().find(|(lang, _)| lang.eng_name().to_lowercase() == main).map(|(_, code)| (*code).to_owned()),
    }
}

/// The code of the language the texts are written in, if there is enough of it to be sure.
pub(super) fn detect<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut sample = String::new();
    let mut chars = 0;
    for text in texts {
        sample.push_str(text);
        sample.push(' ');
        chars += text.chars().count();
        if chars > LOOKED_AT_CHARS {
            break;
        }
    }
    // A Chinese or Japanese character says as much as three letters.
    let judged = chars >= JUDGED_CHARS_MIN || sample.len() >= JUDGED_CHARS_MIN * 2;
    let found = whatlang::detect(&sample).filter(|found| judged && found.is_reliable())?;
    code(found.lang())
}

fn code(lang: Lang) -> Option<String> {
    CODES.iter().find(|(known, _)| *known == lang).map(|(_, code)| (*code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_go_by_many_names() {
        for (text, want) in
            [("en", "en"), ("en-GB", "en"), ("deu", "de"), ("English", "en"), ("chinese", "zh"), ("Spanish", "es")]
        {
            assert_eq!(named(text).as_deref(), Some(want), "{text}");
        }
        assert_eq!(named("auto"), None);
        assert_eq!(named(""), None);
    }

    #[test]
    fn text_shows_its_language() {
        for (text, want) in [
            (
                "Guten Morgen zusammen, ich habe die Rechnung gestern noch nicht bekommen, schickst du sie bitte?",
                Some("de"),
            ),
            ("我们今天先看一下这个项目的预算，然后再讨论下个星期的时间安排。谢谢大家。", Some("zh")),
            ("ok", None),
        ] {
            assert_eq!(detect([text].into_iter()).as_deref(), want, "{text}");
        }
    }
}
