//! Where tensors live.

use candle_core::utils::{cuda_is_available, metal_is_available};
use candle_core::{Device, DeviceLocation, Error, Result, bail};

/// The best device of this machine: CUDA, else Metal, else the CPU.
///
/// `CANDLELAB_DEVICE` chooses another: `cpu`, `cuda`, `cuda:1`, `metal` or `metal:1`.
///
/// # Errors
/// If `CANDLELAB_DEVICE` names no device, or one that is not there.
///
/// ```
/// # fn main() -> candle_core::Result<()> {
/// let x = candle_core::Tensor::ones(3, candle_core::DType::F32, &candlelab_nn::device()?)?;
/// assert_eq!(x.dims(), [3]);
/// # Ok(())
/// # }
/// ```
pub fn device() -> Result<Device> {
    match std::env::var("CANDLELAB_DEVICE") {
        Ok(name) if !name.is_empty() => named(&name),
        _ if cuda_is_available() => Device::new_cuda(0),
        _ if metal_is_available() => Device::new_metal(0),
        _ => Ok(Device::Cpu),
    }
}

fn named(name: &str) -> Result<Device> {
    let (kind, index) = name.split_once(':').unwrap_or((name, "0"));
    match (kind, index.parse()) {
        ("cpu", Ok(0)) => Ok(Device::Cpu),
        ("cuda", Ok(index)) => Device::new_cuda(index),
        ("metal", Ok(index)) => Device::new_metal(index),
        _ => bail!(
            "there is no device `{name}`; set CANDLELAB_DEVICE to cpu, cuda, cuda:1, metal or metal:1"
        ),
    }
}

/// The devices of this machine, a line each, and why there are no more; an arrow marks the one that
/// [`device`] gives.
///
/// ```
/// assert!(candlelab_nn::devices().contains("cpu"));
/// ```
pub fn devices() -> String {
    let chosen = device().map(|device| name(&device));
    let line = |device: Device| {
        let name = name(&device);
        let is_chosen = chosen.as_ref().is_ok_and(|chosen| *chosen == name);
        format!("{name}{}", if is_chosen { " <- device()" } else { "" })
    };
    let mut lines = vec![line(Device::Cpu)];
    for (kind, is_compiled, open) in [
        ("cuda", cuda_is_available(), Device::new_cuda as fn(usize) -> Result<Device>),
        ("metal", metal_is_available(), Device::new_metal),
    ] {
        if !is_compiled {
            lines.push(format!(
                "{kind}: the runtime was built without it; set CANDLELAB_FEATURES={kind} and run \
                 `candlelab prepare`"
            ));
            continue;
        }
        match open(0) {
            Ok(_) => lines.extend((0..).map_while(|index| open(index).ok()).map(line)),
            Err(error) => lines.push(format!("{kind}: {}", first_line(&error))),
        }
    }
    if let Err(error) = chosen {
        lines.push(format!("device() fails: {}", first_line(&error)));
    }
    lines.join("\n")
}

/// An error without Candle's backtrace.
fn first_line(error: &Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn name(device: &Device) -> String {
    match device.location() {
        DeviceLocation::Cpu => {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            format!("cpu ({threads} threads)")
        }
        DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
        DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    fn what_is_not_built_in_is_said() {
        assert!(devices().contains("set CANDLELAB_FEATURES=cuda"));
        assert!(named("cuda").is_err());
    }

    #[test]
    fn devices_have_names() {
        assert!(named("cpu").unwrap().is_cpu());
        for wrong in ["gpu", "cuda:x", "cpu:3", ""] {
            assert!(named(wrong).unwrap_err().to_string().contains("CANDLELAB_DEVICE"), "{wrong}");
        }
    }
}
