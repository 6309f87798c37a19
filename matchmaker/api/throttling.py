"""So many calls a minute for one caller: counted by token, person or address."""

from rest_framework.throttling import SimpleRateThrottle


class PerCaller(SimpleRateThrottle):
    scope = "caller"

    def get_cache_key(self, request, view):
        token = request.auth
        caller = f"token:{token.pk}" if token else f"user:{request.user.pk}" if request.user.is_authenticated else ""
        return f"throttle:{self.scope}:{caller or self.get_ident(request)}"


class SignIn(PerCaller):
    """Guessing passwords: ten tries a minute from one address."""

    scope = "sign_in"
    rate = "10/min"

    def get_cache_key(self, request, view):
        return f"throttle:{self.scope}:{self.get_ident(request)}"
