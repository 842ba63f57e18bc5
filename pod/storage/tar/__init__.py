"""Tar archives as streams of members: ustar, GNU and pax, exact to the nanosecond and the byte, bounded, and fast.

Python's own tarfile keeps no nanoseconds, decodes names, builds a list of all members and spends most of its time on
that, so layers are read and written here. Names are bytes. Formats: pax(1), "ustar Interchange Format" and
"pax Interchange Format" of POSIX.1-2017, and the GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".
"""
