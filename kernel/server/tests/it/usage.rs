use crate::frontend::Channel::Control;
use crate::frontend::DummyFrontend;
use serde_json::json;

#[test]
fn the_kernel_tells_what_it_uses() {
    let mut frontend = DummyFrontend::start();
    let usage = frontend.ask(Control, "usage", json!({}));
    assert_eq!(usage["pid"], std::process::id());
    assert!(usage["hostname"].is_string() && usage["kernel_cpu"].is_number(), "{usage}");
    assert!(usage["kernel_memory"].as_u64() > Some(1 << 20), "{usage}");
    assert!(usage["cpu_count"].as_u64() >= Some(1), "{usage}");
    let memory = &usage["host_virtual_memory"];
    assert!(memory["total"].as_u64() >= memory["available"].as_u64(), "{usage}");
    assert!((0.0..=100.0).contains(&memory["percent"].as_f64().expect("a number")), "{usage}");
}
