//! The instrument tried on the reference vendor.

use jiff::Timestamp;
use kravprobe::calibrate::judge_trials;
use kravprobe::fki::{IdentityProvider, Style};
use kravprobe::target::{LoadedTarget, Target};
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::service_provider::{ServiceProvider, Setup};

#[test]
fn first_look() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::now();
    let idp = IdentityProvider::create(folder.path(), Style::ContextHandler, 2, now).unwrap();
    let provider = IdentityProvider::load(&idp).unwrap();
    let vendor =
        ServiceProvider::start(Setup::new(provider.metadata(now).unwrap(), ExampleKeys::shipped().unwrap())).unwrap();
    std::fs::write(folder.path().join("sp.xml"), vendor.metadata()).unwrap();
    std::fs::write(folder.path().join("web.der"), vendor.web_root()).unwrap();
    let text = format!(
        "schema = 1\nenvironment = \"local\"\n[system]\nname = \"x\"\n[politeness]\nrequests_per_second = 100\n[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n[[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n{}",
        vendor.saml_table(&idp, now)
    );
    let loaded = LoadedTarget {
        target: Target::parse("t", &text).unwrap_or_else(|e| panic!("{e}")),
        text,
        base: folder.path().to_owned(),
    };
    let begun = std::time::Instant::now();
    for (id, outcome) in
        judge_trials(&loaded, &kravprobe::checks::all().filter(|c| c.meta().family.is_trial()).collect::<Vec<_>>(), now)
            .unwrap()
    {
        if outcome.verdict != kravprobe::verdict::Verdict::Pass {
            println!("{:<14} {id} | {} | {}", outcome.verdict.name(), outcome.expected, outcome.observed);
        }
    }
    println!("{:?}", begun.elapsed());
}
