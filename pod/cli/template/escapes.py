"""html, js and urlquery: text made safe for other languages."""

from __future__ import annotations

from pod.cli.template.values import bytes_of_text

_HTML = {0: "\ufffd", 34: "&#34;", 39: "&#39;", 38: "&amp;", 60: "&lt;", 62: "&gt;"}
_JAVASCRIPT = {
    ord(char): replacement
    for char, replacement in (
        ("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'),
        ("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"), ("=", "\\u003D"),
    )
}  # fmt: skip
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def html(text: str) -> str:
    """Return text that HTML shows as it is."""
    return text.translate(_HTML)


def javascript(text: str) -> str:
    """Return text to stand inside of a JavaScript string."""
    escaped = []
    for char in text:
        if ord(char) in _JAVASCRIPT:
            escaped.append(_JAVASCRIPT[ord(char)])
        elif char < " " or (char > "~" and not char.isprintable()):
            escaped.append(f"\\u{ord(char):04X}")
        else:
            escaped.append(char)
    return "".join(escaped)


def url_query(text: str) -> str:
    """Return text to stand as a value in the query of a URL."""
    octets = bytes_of_text(text)
    return "".join(chr(o) if o in _UNRESERVED else "+" if o == 32 else f"%{o:02X}" for o in octets)
