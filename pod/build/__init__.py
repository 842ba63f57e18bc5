"""From Dockerfiles to images, on the engine's containers and images.

dockerfile/  the language        stages.py    which stages are needed, and what waits for what
ignore.py    .dockerignore       schedule.py  running that, in forked children
context/     what COPY reads     steps/       one instruction each
cache.py     what was done once  image.py     the finished image
"""
