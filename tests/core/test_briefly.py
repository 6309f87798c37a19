from matchmaker.core import ttl_cache


def counted(seconds):
    calls = []

    @ttl_cache.cached_for(seconds)
    def asked(word):
        calls.append(word)
        return len(calls)

    return asked, calls


def test_an_answer_is_kept_for_its_seconds_by_its_arguments(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: now[0])
    asked, calls = counted(10)
    assert [asked("a"), asked("a"), asked("b"), asked("a")] == [1, 1, 2, 1]
    now[0] = 109.9
    assert asked("a") == 1
    now[0] = 110.0
    assert asked("a") == 3
    assert calls == ["a", "b", "a"]


def test_what_was_forgotten_is_asked_anew():
    asked, _calls = counted(1000)
    assert asked("a") == 1
    ttl_cache.clear_all()
    assert asked("a") == 2


def test_answers_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(ttl_cache, "MOST", 3)
    asked, _calls = counted(1000)
    assert [asked(word) for word in "abcd"] == [1, 2, 3, 4]
    assert asked("a") == 5
