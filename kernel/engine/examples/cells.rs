use candlelab_engine::rust::{RustEngine, prepare, store::Progress};
use candlelab_engine::*;
use std::io::{Read, BufRead};
use std::sync::Arc;
use std::time::Instant;
struct Term(bool);
impl Frontend for Term {
    fn event(&self, e: Event) { if !self.0 { println!("   {e:?}"); } }
    fn input(&self, p: &str, _: bool) -> Option<String> { println!("   ASK {p}"); Some("typed".into()) }
}
fn main() {
    candlelab_engine::rust::hook();
    let quiet = std::env::var("QUIET").is_ok();
    let t = Instant::now();
    let store = match prepare(&mut |p| if let Progress::Building{crate_name,done,total}=p { eprintln!("{done}/{total} {crate_name}") }) { Ok(s)=>s, Err(e)=>{ eprintln!("{e}\n{:?}", e.hint); std::process::exit(5)} };
    eprintln!("store {:?} {}", t.elapsed(), store.root.display());
    let t = Instant::now();
    let mut engine = RustEngine::start(&store).unwrap_or_else(|e| panic!("{e}"));
    eprintln!("start {:?}", t.elapsed());
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).unwrap();
    let front: Arc<dyn Frontend> = Arc::new(Term(quiet));
    for (n, code) in text.split("\n---\n").enumerate() {
        if let Some(ms) = code.strip_prefix("%interrupt ") {
            let (ms, code) = ms.split_once('\n').unwrap();
            let i = engine.interrupter(); let ms: u64 = ms.parse().unwrap();
            std::thread::spawn(move || { std::thread::sleep(std::time::Duration::from_millis(ms)); i.interrupt(); });
            go(&mut engine, n+1, code, &front);
        } else if let Some(c) = code.strip_prefix("%complete ") {
            let t = Instant::now();
            let r = engine.complete(c, c.len());
            println!("complete {:?} {}..{} {:?}", t.elapsed(), r.start, r.end, r.items.iter().take(8).map(|i| (&i.text,&i.signature)).collect::<Vec<_>>());
        } else if let Some(c) = code.strip_prefix("%inspect ") {
            println!("{:?}", engine.inspect(c, c.len(), false).map(|b| b.get("text/plain").cloned()));
        } else { go(&mut engine, n+1, code, &front); }
    }
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", s.lines().find(|l| l.starts_with("VmRSS")).unwrap());
    let _ = std::io::stdin().lock().lines();
}
fn go(engine: &mut RustEngine, n: usize, code: &str, front: &Arc<dyn Frontend>) {
    let t = Instant::now();
    let r = engine.execute(&Cell { code: code.into(), number: n }, front);
    println!("[{n}] {:.3}s {:?}", t.elapsed().as_secs_f64(), code.lines().last());
    if let Some(e) = r.error { println!("   ERR {}: {}\n{}", e.ename, e.evalue, e.traceback.join("\n")); }
}
