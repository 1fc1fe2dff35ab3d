//! Learning by trial and error.
