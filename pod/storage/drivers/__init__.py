"""The ways to show several layers as one file system: the kernel's overlay, fuse-overlayfs, and copying (vfs)."""
