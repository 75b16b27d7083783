//! Renderings of a report. Each is a pure function of `report.json`, so that `verify` can reproduce it byte for byte.
