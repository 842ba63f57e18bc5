"""Thin, typed wrappers around the kernel: the only place with ctypes, raw system calls, atomic files and locks."""
