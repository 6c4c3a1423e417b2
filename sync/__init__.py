"""From git to the cluster: applies what differs, copies what is needed, removes what is gone."""
