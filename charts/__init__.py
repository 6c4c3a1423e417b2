"""The charts that come with Octavo, as data: what a notebook and a namespace become."""
