"""How fast `longshore` is as a whole process, beside a program of ten lines on the library inside `docker compose`."""
