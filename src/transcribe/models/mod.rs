//! Speech models: what there is, where it lies, how it gets here.
