//! Requests that a system sent to the Sags- og Dokumentindeks (SF1470) or to Organisation (SF1500): reading them, and the
//! rules of the anvisninger as data. Pure.

pub mod anvisninger;
pub mod period;
pub mod read;
