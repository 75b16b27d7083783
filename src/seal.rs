//! The seal: the electronic signature over the report.
