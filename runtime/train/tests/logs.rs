//! What a run leaves in files, and the landscape around its end.

use candlelab_data::moons;
use candlelab_nn::{
    Activation, Adam, Device, Linear, Module, Result, Sequential, cross_entropy, seed,
};
use candlelab_train::{EventWriter, FitOptions, History, fit_with, loss_landscape};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

/// The random numbers are the process's; one test at a time draws from them.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("candlelab-logs-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn model() -> Result<Sequential> {
    let model = Sequential::new().add(Linear::new(2, 8, &Device::Cpu)?).add(Activation::Tanh);
    Ok(model.add(Linear::new(8, 2, &Device::Cpu)?))
}

fn run() -> Result<(Sequential, History)> {
    seed(1);
    let (x, y) = moons(40, 0.1, 3)?;
    let model = model()?;
    let mut optimizer = Adam::new(model.vars(), 0.05);
    let options = FitOptions {
        epochs: 3,
        batch_size: 10,
        test: Some(moons(20, 0.1, 4)?),
        ..Default::default()
    };
    let history = fit_with(&model, &mut optimizer, &x, &y, &options)?;
    Ok((model, history))
}

#[test]
fn a_csv_file_has_a_line_for_each_epoch() -> Result<()> {
    let _alone = alone();
    let (_, history) = run()?;
    let folder = folder("csv");
    history.save_csv(folder.join("history.csv"))?;
    let text = std::fs::read_to_string(folder.join("history.csv"))?;
    let first: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    assert_eq!((first.len(), first[0], first[2]), (6, "1", "")); // no validation set
    assert_eq!(first[1].parse(), Ok(history.epochs[0].loss));
    assert_eq!(first[4].parse().ok(), history.epochs[0].test_accuracy);
    assert_eq!(std::fs::read_dir(&folder)?.count(), 1);
    let missing = history.save_csv(folder.join("no/such/file.csv")).unwrap_err().to_string();
    assert!(missing.contains("no/such/file.csv"), "{missing}");
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

#[test]
fn an_event_file_holds_a_record_for_each_number() -> Result<()> {
    let _alone = alone();
    let (_, history) = run()?;
    let folder = folder("events");
    let mut events = EventWriter::new(folder.join("run"))?;
    events.history(&history)?;
    let bytes = std::fs::read(events.path())?;
    let (mut at, mut records) = (0, 0);
    while at < bytes.len() {
        let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        at += 8 + 4 + length + 4;
        records += 1;
    }
    assert_eq!((at, records), (bytes.len(), 1 + 12 + 3 * 3)); // version, batches, epochs
    assert_ne!(EventWriter::new(folder.join("run"))?.path(), events.path());
    std::fs::write(folder.join("file"), "")?;
    let taken = EventWriter::new(folder.join("file")).unwrap_err().to_string();
    assert!(taken.starts_with("cannot make the event file "), "{taken}");
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

#[test]
fn a_landscape_leaves_the_model_as_it_was_and_rises_around_it() -> Result<()> {
    let _alone = alone();
    let (model, _) = run()?;
    let (x, y) = moons(40, 0.1, 3)?;
    let weights = || {
        model
            .vars()
            .iter()
            .map(|var| var.flatten_all()?.to_vec1::<f32>())
            .collect::<Result<Vec<_>>>()
    };
    let before = weights()?;
    let loss = || cross_entropy(&model.forward(&x)?, &y);
    let random = candlelab_nn::random_state();
    let landscape = loss_landscape(&model.vars(), 1.0, 9, 0, loss)?;
    assert_eq!(candlelab_nn::random_state(), random);
    assert_eq!(weights()?, before);
    let losses = landscape.losses.to_vec2::<f64>()?;
    let middle = losses[4][4];
    assert!(losses[0][0] > middle && losses[8][8] > middle && losses[0][8] > middle);
    assert!(landscape.contour()?.text().starts_with("loss\nfrom "));
    assert!(landscape.surface()?.svg().contains("<path"));
    let failed = loss_landscape(&model.vars(), 1.0, 3, 0, || candle_core::bail!("no loss"));
    assert!(failed.is_err() && weights()? == before);
    let even = loss_landscape(&model.vars(), 1.0, 4, 0, loss).unwrap_err().to_string();
    assert!(even.contains("found 1 and 4"), "{even}");
    Ok(())
}
