//! The report as csv.
