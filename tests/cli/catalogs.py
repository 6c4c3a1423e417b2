"""What may stand in the small tree's catalog besides: profiles, their templates, image streams."""

PROFILES = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: jupyter-singleuser-profiles
  namespace: hub
data:
  jupyterhub-singleuser-profiles.yaml: |
    profiles:
      - name: globals
        env:
          - name: REGION
            value: north
        resources:
          requests: {memory: 500Mi, cpu: 250m}
          limits: {memory: 1Gi, cpu: 500m}
      - name: Special Nodes
        users: [bob@example.com, zoe@example.com]
        node_tolerations:
          - {key: special, operator: Exists}
      - name: Spark
        images: ["jupyter:2"]
        gpu: 2
        services:
          spark:
            resources:
              - {name: spark-cluster-template, path: cluster}
            return: {SPARK_CLUSTER: metadata.name}
      - name: Nobody
        users: [a, b, c, d, e, f, g]
        gpu: 0
    sizes:
      - name: Tiny
        resources:
          requests: {memory: 1Gi, cpu: "1"}
          limits: {memory: 2Gi, cpu: "2"}
      - name: X Large
        resources:
          requests: {memory: 120Gi, cpu: "30"}
"""
TEMPLATES = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: spark-cluster-template
  namespace: hub
data:
  cluster: |
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: spark-{{ user }}
    data:
      who: "{{ user }}"
"""
STREAMS = """\
apiVersion: image.openshift.io/v1
kind: ImageStream
metadata:
  name: jupyter
  namespace: hub
  labels:
    opendatahub.io/notebook-image: "true"
  annotations:
    opendatahub.io/notebook-image-name: JupyterLab
    opendatahub.io/notebook-image-desc: Python in a browser.
spec:
  tags:
    - name: "2"
      annotations:
        opendatahub.io/notebook-image-recommended: "true"
        opendatahub.io/default-image: "true"
        opendatahub.io/notebook-software: '[{"name": "Python", "version": "v3.12"}]'
    - name: "1"
      annotations:
        opendatahub.io/notebook-deprecation-date: "2024-06-30"
    - name: "3"
---
apiVersion: image.openshift.io/v1
kind: ImageStream
metadata:
  name: spark
  namespace: hub
  labels:
    opendatahub.io/notebook-image: "true"
  annotations:
    opendatahub.io/notebook-image-order: "1"
spec:
  tags:
    - name: "3.6"
---
apiVersion: build.openshift.io/v1
kind: Build
metadata:
  name: jupyter-3-1
  namespace: hub
spec:
  output:
    to:
      kind: ImageStreamTag
      name: jupyter:3
status:
  phase: Failed
"""
NODES = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata: {name: wide}
    status:
      allocatable: {cpu: "16", memory: 62Gi, pods: "110"}
  - apiVersion: v1
    kind: Node
    metadata: {name: cordoned}
    spec: {unschedulable: true}
    status:
      allocatable: {cpu: "128", memory: 1Ti, nvidia.com/gpu: "8"}
"""
