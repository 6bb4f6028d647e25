"""What `?` shows: the screen in a sentence or two, and every key that acts on it now."""

from __future__ import annotations

from textual.screen import Screen


def help_markdown(screen: Screen[object]) -> str:
    """The screen's `HELP`, then its keys with their tooltips, as Markdown."""
    about = getattr(screen, "HELP", None) or ""
    rows: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.id:  # Textual's own keys have no ids, all of ours do
            continue
        text = binding.tooltip or binding.description
        key = screen.app.get_key_display(binding)
        rows.setdefault(text, []).append(key)
    keys = "\n".join(f"- `{' '.join(dict.fromkeys(keys))}` {text}" for text, keys in rows.items())
    return f"{about}\n\n{keys}\n"
