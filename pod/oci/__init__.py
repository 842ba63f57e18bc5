"""The OCI documents as frozen records: digests, references, manifests, image and runtime specifications."""
