"""Where the links of a page lead."""

from urllib.parse import urldefrag, urljoin


def absolute(base: str, address: str) -> str:
    """The whole address without its fragment; empty when it is none, such as brackets that are no IPv6 address."""
    try:
        return urldefrag(urljoin(base, address.strip())).url if address.strip() else ""
    except ValueError:
        return ""
