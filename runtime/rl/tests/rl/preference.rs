//! Learning from preferences.

use crate::alone;
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candlelab_nn::{Adam, Layer, Linear, Sgd};
use candlelab_rl::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn equal_rewards_cost_a_coin_and_the_order_is_learnt() -> Result<()> {
    let _alone = alone(1);
    let replies = Tensor::new(&[[1f32, 0.0], [0.5, 1.0], [-1.0, 0.2]], &Device::Cpu)?;
    let model = Linear::new(2, 1, &Device::Cpu)?;
    model.vars().iter().try_for_each(|var| var.set(&var.zeros_like()?))?;
    let mut optimizer = Adam::new(model.vars(), 0.05);
    let pairs = ranked_pairs(&[1, 0, 2]); // Response 2 > 1 > 3
    assert_eq!(pairs, [(1, 0), (1, 2), (0, 2)]);
    let losses = fit_reward_model(&model, &mut optimizer, &replies, &pairs, 200)?;
    assert!((losses[0] - 2f64.ln()).abs() < 1e-6 && losses[199] < 0.1, "{losses:?}");
    let rewards = model.forward(&replies)?.flatten_all()?.to_vec1::<f32>()?;
    assert!(rewards[1] > rewards[0] && rewards[0] > rewards[2], "{rewards:?}");
    assert!(fit_reward_model(&model, &mut optimizer, &replies, &[], 1).is_err());
    let error = fit_reward_model(&model, &mut optimizer, &replies, &[(0, 3)], 1).unwrap_err();
    assert!(error.to_string().contains("the pair (0, 3) names a reply that is not there"));
    Ok(())
}

/// The best of four replies is among three draws with chance `1 − (3/4)³`.
#[test]
fn the_best_of_several_is_better_than_one() -> Result<()> {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut hits = 0.0;
    for _ in 0..4000 {
        let (reply, reward) =
            best_of_n(3, || Ok(rng.random_range(0..4)), |reply| Ok(f64::from(*reply)))?;
        assert_eq!(f64::from(reply), reward);
        hits += f64::from(u8::from(reply == 3)) / 4000.0;
    }
    assert!((hits - 0.578).abs() < 0.03, "{hits}"); // 4 standard errors
    let (reply, _) = best_of_n(1, || Ok(7), |_| Ok(0.0))?;
    assert_eq!(reply, 7);
    assert!(best_of_n(0, || Ok(7), |_| Ok(0.0)).is_err());
    assert!(best_of_n(3, || Ok(7), |_| Ok(f64::NAN)).is_err());
    Ok(())
}

#[test]
fn the_policy_settles_where_reward_and_divergence_balance() -> Result<()> {
    let _alone = alone(1);
    let rewards = [0.5, 1.0, 0.0];
    let logits = Var::new(&[1f32, 0.0, 0.0], &Device::Cpu)?; // prefers the first at the start
    let mut optimizer = Sgd::new(vec![logits.clone()], 0.5);
    let options = RlhfOptions { steps: 300, samples: 200, beta: 0.5, seed: 2 };
    let chances = rlhf(&logits, &rewards, &mut optimizer, &options)?;
    assert_eq!(chances.len(), 301);
    assert!(chances[300][1] > chances[0][1] + 0.2); // the best reply comes more often
    let truth = kl_optimum(&chances[0], &rewards, 0.5)?;
    for (chance, truth) in chances[300].iter().zip(&truth) {
        assert!((chance - truth).abs() < 0.05, "{:?} {truth:?}", chances[300]);
    }
    assert!(rlhf(&logits, &rewards[..2], &mut optimizer, &options).is_err());
    assert!(kl_optimum(&truth, &rewards, 0.0).is_err());
    Ok(())
}

/// In expectation, the gradient is that of `β KL(π ‖ π_ref) − E r`.
#[test]
fn the_loss_of_all_replies_has_the_exact_gradient() -> Result<()> {
    // Each reply as often as the policy says: 1, 3 and 4 of 8.
    let chances = [0.125f64, 0.375, 0.5];
    let logits = Var::new(&chances.map(f64::ln), &Device::Cpu)?;
    let reference = Tensor::new(&[0.2f64, -0.5, 0.0], &Device::Cpu)?;
    let replies = Tensor::new(&[0u32, 1, 1, 1, 2, 2, 2, 2], &Device::Cpu)?;
    let rewards = Tensor::new(&[2f64, -1.0, 0.5], &Device::Cpu)?;
    let beta = 0.3;
    let exact = |logits: &Tensor| -> Result<Tensor> {
        let log = candlelab_nn::log_softmax(logits, 0)?;
        let penalty = (&log - candlelab_nn::log_softmax(&reference, 0)?)?;
        (log.exp()? * ((penalty * beta)? - &rewards)?)?.sum_all()
    };
    let judged = rewards.index_select(&replies, 0)?;
    let loss = rlhf_loss(&logits, &reference, &replies, &judged, beta)?;
    let slope = |loss: Tensor| loss.backward()?.get(&logits).expect("a gradient").to_vec1::<f64>();
    for (sampled, exact) in slope(loss)?.into_iter().zip(slope(exact(&logits)?)?) {
        assert!((sampled - exact).abs() < 1e-12, "{sampled} {exact}");
    }
    assert_eq!(judged.dtype(), DType::F64);
    Ok(())
}
