//! What Rapport is built of: licences, versions, origins, what of it is not Rust, and the bill of materials.
//!
//! The rules stand in deny.toml, where `cargo deny` reads them too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Packages that other packages build C, C++ or assembly with, or find libraries of the system with.
const NATIVE_BUILDERS: [&str; 4] = ["cc", "cmake", "bindgen", "pkg-config"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What cargo knows of everything that is built or tested on this machine.
fn metadata() -> Value {
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let about = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host];
    let done = cargo().args(arguments).current_dir(root()).output().unwrap();
    assert!(done.status.success(), "`cargo fetch --locked` first? {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().unwrap().iter()
}

fn text<'a>(package: &'a Value, field: &str) -> &'a str {
    package[field].as_str().unwrap_or_default()
}

fn rules() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

/// Whether a licence expression is met by the licences that are allowed: `OR` needs one side, `AND` both.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.trim();
    let (mut depth, mut parts) = (0, [None, None]);
    for (at, word) in expression.match_indices([' ', '(', ')']) {
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ if depth > 0 => {}
            _ if expression[at..].starts_with(" OR ") => parts[0] = Some((at, 4)),
            _ if expression[at..].starts_with(" AND ") => parts[1] = Some((at, 5)),
            _ => {}
        }
    }
    let sides = |(at, length): (usize, usize)| [&expression[..at], &expression[at + length..]];
    match parts {
        [Some(or), _] => sides(or).into_iter().any(|side| is_allowed(side, allowed)),
        [None, Some(and)] => sides(and).into_iter().all(|side| is_allowed(side, allowed)),
        [None, None] => match expression.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
            Some(inside) => is_allowed(inside, allowed),
            None => allowed.contains(expression),
        },
    }
}

#[test]
fn expressions_of_licences_are_understood() {
    let allowed = ["MIT", "Unicode-3.0"].into();
    for good in ["MIT", "MIT OR GPL-3.0", "GPL-3.0 OR MIT", "(MIT OR X) AND Unicode-3.0", "(MIT)"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "", "MIT AND GPL-3.0", "(X OR Y) AND MIT", "GPL-3.0 OR (MIT AND X)"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let (metadata, rules) = (metadata(), rules());
    let allowed: BTreeSet<_> =
        rules["licenses"]["allow"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let mut count = 0;
    for package in packages(&metadata) {
        let licence = text(package, "license").replace('/', " OR ");
        assert!(is_allowed(&licence, &allowed), "{}: {licence:?}", text(package, "name"));
        count += 1;
    }
    println!("licences: cases: {count}, failures: 0");
}

#[test]
fn two_versions_of_one_package_are_named_in_the_rules_and_no_others() {
    let (metadata, rules) = (metadata(), rules());
    let skipped = rules["bans"]["skip"].as_array().unwrap().iter().map(|one| one["crate"].as_str().unwrap());
    let skipped: BTreeSet<_> = skipped.collect();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages(&metadata) {
        versions.entry(text(package, "name")).or_default().push(text(package, "version"));
    }
    versions.retain(|name, versions| versions.len() > 1 && !skipped.contains(name));
    assert!(versions.is_empty(), "twice there, and not in deny.toml: {versions:?}");
}

#[test]
fn everything_comes_from_one_registry_with_a_checksum() {
    let metadata = metadata();
    let sources: BTreeSet<_> = packages(&metadata).filter_map(|package| package["source"].as_str()).collect();
    assert!(sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
    let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let own = package["name"].as_str() == Some("rapport");
        assert_eq!(package.get("checksum").is_some(), !own, "{}", package["name"]);
    }
}

/// The first table of SECURITY.md says which tests keep the promises: each of them is there, and each row names one.
#[test]
fn every_promise_is_kept_by_tests_that_are_there() {
    let told = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let table = told.split("| promise | kept by |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let mut count = 0;
    for row in table.lines().skip(2) {
        let (promise, kept_by) = row.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let mut tests = 0;
        for named in kept_by.split('`').skip(1).step_by(2) {
            // FILE, or FILE: TEST, where dots stand for the rest of a long name.
            let (file, test) = named.split_once(": ").map_or((named, None), |(file, test)| (file, Some(test)));
            let code =
                std::fs::read_to_string(root().join(file)).unwrap_or_else(|why| panic!("{file}: {why}: {promise}"));
            let is_code = Path::new(file).extension().is_some_and(|ending| ending == "rs");
            let test = test.map(|test| match test.strip_suffix("...") {
                Some(begin) => format!("fn {begin}"),
                None => format!("fn {test}("),
            });
            let wanted = test.unwrap_or_else(|| if is_code { "#[test]".to_owned() } else { String::new() });
            assert!(code.contains(&wanted), "{file} has no `{wanted}`: {promise}");
            tests += usize::from(is_code && code.contains("#[test]"));
        }
        assert!(tests > 0, "no test keeps: {promise}");
        count += 1;
    }
    assert!(count > 15, "{count} promises found");
    println!("promises with their tests: cases: {count}, failures: 0");
}

/// The third table of SECURITY.md gives limits with the files they stand in.
#[test]
fn the_limits_stand_where_it_is_said() {
    let told = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let table = told.split("| what | limit | where |").nth(1).unwrap();
    let mut count = 0;
    for row in table.split("\n\n").next().unwrap().lines().skip(2) {
        let mut folder = root().to_owned();
        for file in row.rsplit_once("| `").unwrap().1.split('`').filter(|file| file.contains('.')) {
            // A bare name lies beside the file before it.
            let path = if file.contains('/') { root().join(file) } else { folder.join(file) };
            let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{file}: {why}"));
            assert!(text.contains("_MAX: "), "{file} has no limit");
            folder = path.parent().unwrap().to_owned();
            count += 1;
        }
    }
    assert!(count > 5, "{count} files found");
}

/// The last table of SECURITY.md names each package that brings code which is not Rust.
#[test]
fn what_is_not_rust_is_listed() {
    let metadata = metadata();
    let told = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let table = told.split("## What runs that is not Rust").nth(1).unwrap();
    let listed = |name: &str| table.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
    let mut found = 0;
    for package in packages(&metadata) {
        let needs = package["dependencies"].as_array().unwrap().iter();
        let mut builds = needs.filter(|need| need["kind"] == "build").map(|need| text(need, "name"));
        if builds.any(|name| NATIVE_BUILDERS.contains(&name)) {
            assert!(listed(text(package, "name")), "{} brings C, C++ or assembly", text(package, "name"));
            found += 1;
        }
    }
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains('`')).count();
    assert!(found > 2 && rows == found, "{found} packages, {rows} rows");
}

#[test]
fn the_bill_of_materials_holds_all_that_is_linked() {
    let done = match Command::new("python3").arg(root().join("scripts/sbom")).output() {
        Ok(done) if done.status.success() => done,
        failed => {
            println!("not checked: scripts/sbom needs python3 from 3.11 on: {failed:?}");
            return;
        }
    };
    let bill: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((text(&bill, "bomFormat"), text(&bill, "specVersion")), ("CycloneDX", "1.5"));
    let parts = bill["components"].as_array().unwrap();
    let names: BTreeSet<_> = parts.iter().map(|part| text(part, "name")).collect();
    for need in ["symphonia", "whisper-rs-sys", "serde_json", "ring", "opusic-sys"] {
        assert!(names.contains(need), "{need} is not in it");
    }
    for tool in ["insta", "divan", "cc", "serde_derive"] {
        assert!(!names.contains(tool), "{tool} is no part of the program");
    }
    for part in parts {
        let whole = part["hashes"][0]["content"].as_str().is_some_and(|digest| digest.len() == 64);
        assert!(whole && part["licenses"][0]["expression"].is_string(), "{part}");
    }
    let refs: BTreeSet<_> = parts.iter().map(|part| text(part, "bom-ref")).collect();
    for need in bill["dependencies"].as_array().unwrap().iter().flat_map(|one| one["dependsOn"].as_array().unwrap()) {
        assert!(refs.contains(need.as_str().unwrap()), "{need} is needed and not there");
    }
}
