use candlelab_engine::{Bundle, Variable};
use serde_json::{Value, json};

/// A variable as the Debug Adapter Protocol lists it.
pub(crate) fn entry(variable: &Variable) -> Value {
    json!({
        "name": variable.name,
        "evaluateName": variable.name,
        "type": type_and_shape(variable),
        "value": summary(variable),
        "variablesReference": 0,
    })
}

/// JupyterLab's tree shows nothing but the type, so that a shape must be in it.
fn type_and_shape(variable: &Variable) -> String {
    let shape = variable.shape.as_ref().map(|shape| format!(" {shape}"));
    variable.type_name.clone() + &shape.unwrap_or_default()
}

/// A tensor's shape, element type and device, then the value.
fn summary(variable: &Variable) -> String {
    let Variable { shape, dtype, device, value, .. } = variable;
    let value = Some(value).filter(|value| !value.is_empty());
    let parts = [shape.as_ref(), dtype.as_ref(), device.as_ref(), value];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// All that is known about a variable, as text and as a table.
pub(crate) fn rich(variable: &Variable) -> Bundle {
    let facts = facts(variable);
    let lines = facts.iter().map(|(what, fact)| format!("{what}: {fact}"));
    let plain = lines.collect::<Vec<_>>().join("\n");
    let rows = facts.iter().map(|(what, fact)| {
        format!("<tr><th>{what}</th><td><code>{}</code></td></tr>", escape(fact))
    });
    let html = format!("<table>{}</table>", rows.collect::<String>());
    Bundle::from_iter([("text/plain".into(), plain.into()), ("text/html".into(), html.into())])
}

fn facts(variable: &Variable) -> Vec<(&'static str, String)> {
    let memory = variable.bytes.map(|bytes| format!("{bytes} bytes"));
    let facts = [
        ("name", Some(variable.name.clone())),
        ("type", Some(variable.type_name.clone())),
        ("shape", variable.shape.clone()),
        ("dtype", variable.dtype.clone()),
        ("device", variable.device.clone()),
        ("memory", memory),
        ("value", Some(variable.value.clone())),
    ];
    let known = |(what, fact): (_, Option<String>)| Some((what, fact?));
    facts.into_iter().filter_map(known).filter(|(_, fact)| !fact.is_empty()).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
