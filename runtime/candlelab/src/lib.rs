//! Deep learning in Rust notebooks: everything a lab uses, from one library.
//!
//! A notebook starts with the [`prelude`]; nothing else has to be named. The parts are crates of
//! their own: [`nn`] has layers, losses and optimisers, [`models`] what is made of them, [`data`]
//! the data sets, [`train`] the training loop, [`plot`] the pictures, [`explain`] looks into models,
//! [`rl`] learns by trial and error, [`check`] tells a student how far a lab is and [`host`] is the way onto the screen. Candle itself is here
//! as [`candle_core`] and [`candle_nn`].
//!
//! This crate is one dynamic library, so that no notebook ever compiles its parts again.

pub use candle_core;
pub use candle_nn;
pub use candlelab_check as check;
pub use candlelab_data as data;
pub use candlelab_explain as explain;
pub use candlelab_host as host;
pub use candlelab_host::{display, progress};
pub use candlelab_models as models;
pub use candlelab_nn as nn;
pub use candlelab_plot as plot;
pub use candlelab_rl as rl;
pub use candlelab_train as train;

/// The names that every notebook starts with.
///
/// Among them is each type that a variable can hold, since a notebook keeps only variables whose
/// type has a name in scope. Where Candle and this library both have a layer, the short name is
/// this library's, whose gradient is right; Candle's is `candle_nn::Linear` and so on.
pub mod prelude {
    pub use crate::{candle_core, candle_nn};

    pub use candle_core::backprop::GradStore;
    pub use candle_core::{
        Context, CpuStorage, D, DType, Device, DeviceLocation, Error, IndexOp, Layout, Module,
        ModuleT, Shape, Tensor, TensorId, Var, WithDType,
    };
    pub use candle_nn::var_builder::{SimpleBackend, VarBuilderArgs};
    pub use candle_nn::{Init, VarBuilder, VarMap};

    pub use crate::check::{Check, CheckFailed, Failure, Numbers, check, full_or_fast, lab};
    pub use crate::data::{
        Augment, Batches, Bpe, CharTokenizer, Csv, Dataset, Graph, Leaks, Mnist, Molecule, PHOTOS,
        Parts, Planted, Prefetched, Report, Scaler, Signs, Slide, Source, Tokenizer, Windows,
        WordTokenizer, and, augment, batches, blobs, breast_cancer, cifar10, circles, coin,
        coin_signal, colour_photo, contexts, digits, emoji32, fashion_mnist, four_points, iris,
        karate_club, mixup, mnist, moons, penguins, photo, planted, reports, shakespeare, signs,
        slides, solar_system, solubility, spiral, square_wave, storms, windows, wine, xor,
    };
    pub use crate::explain::{
        Concept, Evolution, Evolved, Importance, Lime, Objective, OnePixel, Ridge, Shapley,
        activation_maximisation, concept_vector, conformal_quantile, differential_evolution, fgsm,
        grad_cam, integrated_gradients, interval_coverage, kernel_shap, label_scores, lime_image,
        lime_table, occlusion, one_pixel, permutation_importance, pgd, prediction_sets,
        residual_scores, ridge, saliency, score_cam, set_coverage, shapley_values, smooth_grad,
        tcav_score,
    };
    pub use crate::host::widgets::{
        Button, Checkbox, Control, Controls, Dropdown, FloatSlider, HBox, Html, IntSlider, Label,
        Output, ProgressBar, TextBox, VBox, Widget, interact,
    };
    pub use crate::host::{
        Animation, Bundle, Handle, Interrupted, Progress, Rich, Serialize, Table, animation,
        check_interrupt, display, input, password, progress, table,
    };
    pub use crate::models::{
        Autoencoder, AutoencoderConfig, Bert, BertConfig, CharRnn, CharRnnConfig, CharWriter, Chat,
        Clip, ClipConfig, Cnn, CnnConfig, CoinDenoiser, Denoiser, DiffusionMlp, DiffusionMlpConfig,
        DiffusionUNet, DiffusionUNetConfig, EfficientNet, EfficientNetConfig, Flow, FlowConfig,
        Gan, GanHistory, GanOptions, Gmm, Gpt, GptConfig, GptTokens, GraphConv, GraphNet,
        GraphNetConfig, Guidance, IdealCoinDenoiser, InverseCdf, Kde, LatentDiffusion, Llama,
        LlamaConfig, MOLECULE_ELEMENTS, MarkovChain, Mixing, NeuralOde, NeuralOdeConfig,
        NoiseSchedule, OdeGradient, Perceptron, PerceptronHistory, PerceptronUpdate, Quantised,
        ResNet, ResNetConfig, Sampling, SentenceEncoder, Solver, Stage, UNet, UNetConfig, Vae,
        VaeConfig, VaeLoss, Vit, VitConfig, VqVae, VqVaeConfig, VqVaeLoss, XorAttention,
        XorAttentionConfig, bit_gpt, categorical, coin_log_likelihood, coin_mle, ddim_sample,
        ddim_step, ddpm_sample, ddpm_step, diffusion_loss, discriminator_loss, energy_distance,
        formula, free_fall, gaussian_kl, generator_loss, imagenet_classes, mlp, molecule_batch,
        next_token_loss, odeint, odeint_adjoint, pendulum, reparameterise, slide_batch,
        sparse_regression, time_embedding, train_gan, trajectory_windows, xor_graphs,
    };
    pub use crate::nn::{
        Activation, AdaDelta, Adagrad, Adam, Adapter, AdaptiveAvgPool2d, Aggregation,
        AttentionFree, AvgPool1d, AvgPool2d, BatchNorm, BlockConfig, Cell, ClassToken, Conv1d,
        Conv2d, Conv3d, ConvOptions, ConvTranspose2d, DoubleConv, Dropout, EdgeConv, Embedding,
        FeedForward, Flatten, Frozen, Gat, Gcn, Gin, GlobalAvgPool2d, GmlpBlock, GraphBatch,
        GraphLayer, GraphSage, GroupNorm, Gru, GruCell, KvCache, Layer, LayerNorm, Linear, Lstm,
        LstmCell, MaxPool1d, MaxPool2d, MixerBlock, MultiHeadAttention, Optimizer, Parameters,
        PatchEmbedding, Positions, RandomFeatures, Recurrent, Residual, ResidualBlock, RmsNorm,
        RmsProp, Rnn, RnnCell, Schedule, Sequential, Sgd, Summary, TransformerBlock, UNetDown,
        UNetUp, Upsample, accuracy, adaptive_avg_pool2d, attention, attention_weights, avg_pool1d,
        avg_pool2d, batch_norm, bce_with_logits, bradley_terry, causal_mask, clip_gradients,
        conv_transpose2d, conv1d, conv2d, conv2d_with, conv3d, cross_entropy, device, devices,
        dice, elu, evaluating, exponential_kernel, gather, gelu, gelu_tanh, global_avg_pool2d,
        gradient_check, group_norm, hinge, init, is_training, kernel_attention, kl_divergence, l1,
        layer_norm, leaky_relu, linear, linear_kernel, load_tensors, log_softmax, masked_attention,
        max_pool1d, max_pool2d, message_passing, mse, neighbour_sum, next_seed, nll, nt_xent,
        parameter_check, parameter_count, parameter_dtype, patchify, performer_attention,
        polynomial_kernel, rand, randn, random_state, rbf_kernel, relu, resize, rms_norm, rotary,
        save_tensors, scale_rows, scatter_max, scatter_mean, scatter_softmax, scatter_sum, seed,
        set_random_state, sigmoid, silu, sinusoidal, smooth_l1, softmax, softplus, summary, tanh,
        triplet, unpatchify, upsample_nearest2d, with_dtype, with_self_loops,
    };
    pub use crate::plot::{
        Chart, Colours, GraphLayout, GraphOptions, Height, LineOptions, Scale, Spread, Titles,
        ValueNode, attention_map, bands, bar_chart, computation_graph, confusion_matrix, contour,
        contour_of, decision_map, descent, graph_chart, heat_map, histogram, image_grid,
        line_chart, lines, lines_with, patch_attention, precision_recall_curve, quiver,
        reliability_diagram, roc_curve, scatter, small_multiples, stream_plot, surface, surface_of,
        transition_graph,
    };
    pub use crate::rl::{
        Batch, CartPole, CatMouse, DqnOptions, Environment, Episode, Epsilon, GridWorld, Maglev,
        Outcome, QOptions, QTable, ReinforceOptions, Replay, RlhfOptions, Step, TargetNetwork,
        Trajectory, Transition, best_of_n, discounted, dqn, fit_reward_model, greedy, kl_optimum,
        policy_loss, q_learning, ranked_pairs, reinforce, rlhf, rlhf_loss, rollout, td_loss,
        value_iteration,
    };
    pub use crate::train::{
        Calibration, Checkpoint, Confusion, EarlyStopping, Epoch, EventWriter, FitOptions, History,
        Interval, Landscape, PrecisionRecall, Roc, Scores, auc, average_precision, bootstrap,
        brier_score, calibration, calibration_error, confusion, evaluate, evaluate_loss, fit,
        fit_each, fit_loss, fit_with, loss_landscape, precision_recall, resume, roc,
    };

    /// A result whose error is Candle's unless another is named, so that `Result<f64>` and
    /// `Result<u8, String>` both mean what they say.
    pub type Result<T, E = Error> = std::result::Result<T, E>;
}

#[cfg(test)]
mod tests {
    use super::prelude::*;

    #[test]
    fn both_kinds_of_result_can_be_written() {
        let parsed: Result<u8, std::num::ParseIntError> = "7".parse();
        let tensor: Result<Tensor> = Tensor::new(1f32, &Device::Cpu);
        assert!(parsed.is_ok() && tensor.is_ok());
    }

    #[test]
    fn what_notebooks_keep_in_variables_has_a_name() -> Result<()> {
        let variables: VarMap = VarMap::new();
        let builder: VarBuilder<'static> =
            VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
        let _: VarBuilderArgs<'static, Box<dyn SimpleBackend + 'static>> = builder.clone();
        let layer: candle_nn::Linear = candle_nn::linear(2, 1, builder)?;
        let (x, y): (Tensor, Tensor) = xor()?;
        let gradients: GradStore = layer.forward(&x)?.sum_all()?.backward()?;
        let all: Batches = batches(&x, &y, 2, 0)?;
        let _: Progress<Batches> = progress(all);
        let layer: Recurrent<LstmCell> = Lstm::new(2, 1, &Device::Cpu)?;
        let (_, _): (Tensor, (Tensor, Tensor)) = layer.run(&x.unsqueeze(0)?, None)?;
        let (_, _): (KvCache, Schedule) = (KvCache::new(), Schedule::cosine(0.1, 10));
        let set: Dataset = iris()?;
        let parts: Parts = set.split_stratified(0.8, 0)?;
        let _: Scaler = Scaler::fit(&parts.train)?;
        let letters: CharTokenizer = CharTokenizer::new("to be")?;
        let _: Windows = windows(&letters.encode("to be")?, 2, 0)?;
        let _: Graph = karate_club()?;
        let _: Option<Tensor> = gradients.get(&variables.all_vars()[0]).cloned();
        Ok(())
    }

    /// A lab in short: data, model, training, picture.
    #[test]
    fn a_lab_needs_nothing_but_the_prelude() -> Result<()> {
        seed(1);
        let device = device()?;
        let (x, y) = spiral(100, 0.0, 1)?;
        let (x, y) = (x.to_device(&device)?, y.to_device(&device)?);
        let model = Sequential::new()
            .add(Linear::new(2, 16, &device)?)
            .add(Activation::Relu)
            .add(Linear::new(16, 2, &device)?);
        let history = fit(&model, &mut Adam::new(model.vars(), 0.03), &x, &y, 2, 25)?;
        assert_eq!((history.losses.len(), history.epochs.len()), (8, 2));
        assert!(evaluate(&model, &x, &y)? > 0.4);
        assert!(history.rich().get("image/svg+xml").is_some());
        Ok(())
    }
}
