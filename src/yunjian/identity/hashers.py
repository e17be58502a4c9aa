"""Password hashing sized for small servers."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with t=2, m=32 MiB, p=1: about 40 ms on one core."""

    time_cost = 2
    memory_cost = 32 * 1024
    parallelism = 1
