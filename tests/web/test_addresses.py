"""Where a request comes from, also when somebody lies about it."""

import pytest
from django.test import RequestFactory, override_settings

from yunjian.web.addresses import client_address, client_agent, device_title


@pytest.mark.parametrize(
    ("proxies", "passed", "remote", "address"),
    [
        (0, "", "192.0.2.1", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),  # nobody of ours wrote that
        (1, "203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "127.0.0.1", "203.0.113.9"),  # the first is a lie
        (2, "203.0.113.9, 10.0.0.1", "127.0.0.1", "203.0.113.9"),
        (1, "", "192.0.2.1", "192.0.2.1"),  # past the proxy
        (1, "rubbish", "127.0.0.1", None),
        (0, "", "", None),
        (1, "2001:db8::1", "127.0.0.1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    proxies: int, passed: str, remote: str, address: str | None
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if passed:
        request.META["HTTP_X_FORWARDED_FOR"] = passed
    with override_settings(PROXIES=proxies):
        assert client_address(request) == address


def test_a_long_agent_is_cut() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="x\x00" * 4000)
    assert client_agent(request) == "x" * 300


@pytest.mark.parametrize(
    ("agent", "title"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/126.0 Safari/537.36",
            "Chrome · Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0",
            "微信 · iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_device_is_told_in_short_words(agent: str, title: str) -> None:
    assert device_title(agent) == title
