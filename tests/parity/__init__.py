"""How much of Docker's and Podman's command lines pod speaks: `python -m tests.parity`."""
