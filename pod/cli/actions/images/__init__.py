"""What the commands on images do: a call of the engine and its result on the terminal, one command a file."""
