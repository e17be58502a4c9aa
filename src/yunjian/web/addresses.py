"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address of who asks; None when it is not known.

    Behind `settings.PROXIES` proxies of our own, it is the entry that the outermost of them
    wrote into X-Forwarded-For; what a stranger wrote before it counts for nothing.
    """
    proxies: int = settings.PROXIES
    header: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    passed = [part.strip() for part in header.split(",")] if header else []
    result = request.META.get("REMOTE_ADDR", "")
    if proxies and len(passed) >= proxies:
        result = passed[-proxies]
    try:
        return str(ip_address(result))
    except ValueError:
        return None


def client_agent(request: HttpRequest) -> str:
    """Return what the browser calls itself, cut to what is worth keeping."""
    agent: str = request.META.get("HTTP_USER_AGENT", "")
    return agent.replace("\x00", "")[:300]


BROWSERS = (
    ("MicroMessenger/", "微信"),
    ("Edg/", "Edge"),
    ("QIANXIN", "奇安信浏览器"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("UOS", "统信 UOS"),
    ("Linux", "Linux"),
)


def device_title(agent: str) -> str:
    """Return browser and system in short words, from what the browser calls itself."""
    browser = next((title for sign, title in BROWSERS if sign in agent), "")
    system = next((title for sign, title in SYSTEMS if sign in agent), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:40]
