"""Templates in a sandbox: expressions in fragments, and the charts that make the objects."""
