//! candlelab
