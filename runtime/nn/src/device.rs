//! Where tensors live.

use candle_core::utils::{cuda_is_available, metal_is_available};
use candle_core::{Device, DeviceLocation, Result, bail};

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

/// The devices of this machine, a line each; an arrow marks the one that [`device`] gives.
///
/// ```
/// assert!(candlelab_nn::devices().contains("cpu"));
/// ```
pub fn devices() -> String {
    let open = [Device::new_cuda as fn(usize) -> Result<Device>, Device::new_metal];
    let accelerators = open.into_iter().flat_map(|open| (0..).map_while(move |i| open(i).ok()));
    let chosen = device().map(|device| name(&device));
    let line = |device: Device| {
        let name = name(&device);
        let mark =
            if chosen.as_ref().is_ok_and(|chosen| *chosen == name) { " <- device()" } else { "" };
        format!("{name}{mark}")
    };
    std::iter::once(Device::Cpu).chain(accelerators).map(line).collect::<Vec<_>>().join("\n")
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
    fn devices_have_names() {
        assert!(named("cpu").unwrap().is_cpu());
        for wrong in ["gpu", "cuda:x", "cpu:3", ""] {
            assert!(named(wrong).unwrap_err().to_string().contains("CANDLELAB_DEVICE"), "{wrong}");
        }
    }
}
