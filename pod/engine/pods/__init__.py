"""Pods: groups of containers that share namespaces, which an infra container of the pod's own holds open.

A container that belongs to a pod lives only as long as the pod: where the pod's folder is gone, whoever comes across
the container removes it (pod.engine.sweep). That is what makes `pod rm` one step that cannot be half done.
"""
