//! `kravprobe explain CHECK`.

use super::{Common, Format};
use crate::checks;
use crate::error::{Error, Result};
use crate::explain::explain;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a check, such as `certificate.policy-oid`; all ids, when absent.
    check: Option<String>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let Some(id) = &args.check else {
        let ids: Vec<_> = checks::all().map(|c| (c.meta().id, c.meta().title.get(common.lang))).collect();
        match common.format {
            Format::Json => common.print_json(&ids)?,
            Format::Text => {
                let lines: Vec<_> = ids.iter().map(|(id, title)| format!("{id:<46} {title}")).collect();
                common.print(&lines.join("\n"));
            }
        }
        return Ok(0);
    };
    let Some(check) = checks::by_id(id) else {
        let hint = checks::suggestion(id)
            .map_or_else(|| "`kravprobe explain` lists them all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Error::Usage(format!("no check is called `{id}`; {hint}")));
    };
    let meta = check.meta();
    match common.format {
        Format::Text => common.print(&explain(meta, common.lang)),
        Format::Json => common.print_json(&serde_json::json!({
            "id": meta.id,
            "title": meta.title.to_localised(),
            "rows": meta.rows,
            "basis": meta.basis,
            "method": meta.method,
            "sources": meta.sources.iter().map(|s| serde_json::json!({"document": s.document, "clause": s.clause})).collect::<Vec<_>>(),
            "remediation": meta.remediation.to_localised(),
            "parameters": meta.parameters.iter().map(|p| serde_json::json!({"name": p.name, "type": p.default.type_name(), "default": p.default.value(), "doc": p.doc})).collect::<Vec<_>>(),
        }))?,
    }
    Ok(0)
}
