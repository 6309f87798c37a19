"""The cache goes on counting while Redis is away."""

import time

from django.core.cache.backends.redis import RedisCache

from matchmaker.core.cache import SteadyCache
from matchmaker.running import valkey


def test_counts_go_on_in_this_process_while_redis_is_away_and_return_with_it(tmp_path):
    port = valkey.free_port()
    cache = SteadyCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})

    assert cache.add("tries", 1) is True
    assert cache.incr("tries") == 2
    assert cache.add("tries", 1) is False

    server = valkey.start(tmp_path, port, persistent=False)
    try:
        cache._away_until = time.monotonic()
        cache.set("tries", 7)
        assert RedisCache(f"redis://127.0.0.1:{port}/0", {}).get("tries") == 7
    finally:
        server.kill()
        server.wait()
