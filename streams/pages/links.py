"""Where the links of a page lead."""

from urllib.parse import quote, urldefrag, urljoin


def absolute(base: str, address: str) -> str:
    """The whole address without its fragment; empty when it is none, such as brackets that are no IPv6 address."""
    try:
        return urldefrag(urljoin(base, address.strip())).url if address.strip() else ""
    except ValueError:
        return ""


def for_readers(base: str, said: str, link: str | None, identity: str) -> str | None:
    """Where a message can be read: at the address said of it, else at the source's `link`, else nobody knows."""
    return absolute(base, said) or (filled(link, identity) if link else None)


def filled(link: str, identity: str) -> str:
    """An address with a message's id in the place of {id}."""
    return link.replace("{id}", quote(identity, safe=""))
