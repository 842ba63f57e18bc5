"""What the commands around building do."""
