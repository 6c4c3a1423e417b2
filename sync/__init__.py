"""From git to the cluster: reads bundles, applies what differs, removes what is gone, copies what is needed."""
