"""So many calls a minute for one caller: counted by token, person or address.

The count is one number in the cache for each caller and minute, raised by the atomic increment of the cache: calls at
the same time cannot pass the limit together. Every answer tells the limit and what is left (RateLimit headers of the
IETF draft `httpapi-ratelimit-headers`).
"""

from rest_framework.throttling import SimpleRateThrottle


class PerCaller(SimpleRateThrottle):
    scope = "caller"

    def get_cache_key(self, request, view):
        token = request.auth
        caller = f"token:{token.pk}" if token else f"user:{request.user.pk}" if request.user.is_authenticated else ""
        return f"throttle:{self.scope}:{caller or self.get_ident(request)}"

    def allow_request(self, request, view) -> bool:
        window, elapsed = divmod(int(self.timer()), self.duration)
        self.seconds_left = self.duration - elapsed
        calls = self._count(f"{self.get_cache_key(request, view)}:{window}")
        remaining = max(self.num_requests - calls, 0)
        view.headers["RateLimit-Policy"] = f'"{self.scope}";q={self.num_requests};w={self.duration}'
        view.headers["RateLimit"] = f'"{self.scope}";r={remaining};t={self.seconds_left}'
        return calls <= self.num_requests

    def wait(self) -> float:
        """Seconds until calls are accepted again."""
        return self.seconds_left

    def _count(self, key: str) -> int:
        """Count this call; returns how many there were in its window, this one included."""
        self.cache.add(key, 0, 2 * self.duration)
        try:
            return self.cache.incr(key)
        except ValueError:  # Redis was emptied between the two commands
            return 1


class SignIn(PerCaller):
    """Guessing passwords: ten tries a minute from one address."""

    scope = "sign_in"
    rate = "10/min"

    def get_cache_key(self, request, view):
        return f"throttle:{self.scope}:{self.get_ident(request)}"
