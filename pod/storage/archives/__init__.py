"""Image archives: what `docker save`, `podman save`, `skopeo copy` and `buildx` write, as files, folders or streams.

Two questions are kept apart: how to get at the files of an archive by name (`tree`: a tarball in a file, one that
comes through a pipe, a folder) and what they mean (`docker_archive`, `oci_layout`, `dir_transport`).
"""
