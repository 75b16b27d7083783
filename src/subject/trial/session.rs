//! Session truth: whose session a browser has, as a pure function of what was recorded.
