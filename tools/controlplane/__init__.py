"""A real control plane for the tests and for play: etcd, kube-apiserver, kube-controller-manager.

- binaries: where the programs are
- site: the files, ports and command lines of one control plane; credentials: its keys
- programs, server: start and stop them
- session: one control plane for one test run, also of many processes, gone when the run is
- own: one for a single test, to be stopped, paused and killed
- cluster: what a test holds: a namespace of its own, kubectl, and
  - audit: who asked the server for what
  - identities: service accounts and users
- webhook: an admission webhook of a test
- faults, passing: a proxy that fails as told; loopback: the HTTP server under both
- plugin: the pytest fixtures `cluster` and `own_control_plane`
- __main__: `make cluster`, and the keepers that outlive nobody
"""
