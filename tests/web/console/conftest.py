from tests.events.conftest import hall

__all__ = ["hall"]
