from tests.messaging.conftest import matched, pair, talk

__all__ = ["matched", "pair", "talk"]
