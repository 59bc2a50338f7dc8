"""One module per house rule: defaults for what compose leaves unsaid. A default never beats what compose says."""
