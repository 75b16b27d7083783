//! Target, declaration and waiver files: any text gives a value or placed mistakes.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: String| {
    let _ = kravprobe::target::Target::parse("fuzzed.toml", &text).map_err(|e| e.to_string());
    let source = kravprobe::document::Document::new("fuzzed.toml", text.as_str());
    let head = "schema = 1\nenvironment = \"local\"\ndeclarations = [\"a.toml\"]\n[system]\nname = \"x\"\n";
    let mut target = kravprobe::target::Target::parse("target.toml", head).expect("is a target");
    let named = kravprobe::document::Document::new("target.toml", head);
    let _ = target.add_declarations(&named, &mut |_, _| Ok(source.clone())).map_err(|e| e.to_string());
    let _ = kravprobe::waiver::Waivers::parse("fuzzed.toml", &text).map_err(|e| e.to_string());
});
