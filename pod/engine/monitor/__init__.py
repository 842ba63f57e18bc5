"""The monitor: the fork that outlives the command, parent of the container's first process.

main.py      its life: launch, run, restart, clean up
supervise.py the loop that waits for everything at once
strays.py    what outlives the first process, where the pid namespace is shared
streams.py   the program's standard streams: pipes or a terminal, to the log and to whoever is attached
clients.py   attached commands
log_file.py  the log on disk
bare.py      the same monitor in a bare interpreter, for containers that stay
"""
