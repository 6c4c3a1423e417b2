"""A real control plane for the tests and for play: etcd, kube-apiserver, kube-controller-manager.

- binaries: where the programs are
- server: starts and stops them
- session: one control plane for one test run, also of many processes, gone when the run is
- cluster: what a test holds: a namespace of its own, and kubectl
- plugin: the pytest fixture `cluster`
- __main__: `make cluster`, and the keeper that outlives nobody
"""
