//! A network and the one thread it runs on.

use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::{Layout, NdTensor};

use crate::Error;

/// The one thread of an engine. Its networks take turns on it, so that what one has freed the other can use: with a thread
/// each, allocators keep the most that either needed.
pub(crate) fn one_thread() -> Arc<ThreadPool> {
    Arc::new(ThreadPool::with_num_threads(1))
}

/// A loaded network.
pub(crate) struct Network {
    name: &'static str,
    model: Model,
    pool: Arc<ThreadPool>,
}

impl Network {
    /// Loads a network that is to run on `pool`.
    pub(crate) fn new(name: &'static str, bytes: &[u8], pool: Arc<ThreadPool>) -> Result<Network, Error> {
        let model =
            Model::load(bytes.to_vec()).map_err(|error| Error::LoadModel { model: name, reason: error.to_string() })?;
        Ok(Network { name, model, pool })
    }

    /// Runs the network on three planes of `width` × `height` values; the answer has `N` dimensions.
    pub(crate) fn run<const N: usize>(
        &self,
        planes: Vec<f32>,
        width: usize,
        height: usize,
    ) -> Result<([usize; N], Vec<f32>), Error> {
        let input = NdTensor::from_data([1, 3, height, width], planes);
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let output = self.model.run_one(input.into(), Some(options)).map_err(|error| self.failed(error.to_string()))?;
        let output: NdTensor<f32, N> = output.try_into().map_err(|error| self.failed(format!("{error}")))?;
        Ok((output.shape(), output.into_data()))
    }

    pub(crate) fn failed(&self, reason: String) -> Error {
        Error::Run { model: self.name, reason }
    }
}
