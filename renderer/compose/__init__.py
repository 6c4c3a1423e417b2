"""From a Notebook and the catalog to one pod: select fragments, evaluate them, fold them."""
