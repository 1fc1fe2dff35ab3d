#!/usr/bin/env bash
# Runs once, as root, when the container is made: Rust, a linker, and the runtime for notebooks.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates curl gcc libc6-dev
curl --proto '=https' --tlsv1.2 --fail --silent --show-error https://sh.rustup.rs |
    sh -s -- -y --profile minimal --default-toolchain TOOLCHAIN --component rust-src
export PATH="$HOME/.cargo/bin:$PATH"
"$root/source/candlelab" prepare
