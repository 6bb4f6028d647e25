"""The same app in a browser tab: a small server on 127.0.0.1, a page with a terminal, one app process a tab.

The app draws as it does in a terminal; what it writes goes to the tab, and what is typed there comes back. The server
judges who may come in and ends what it started, and knows nothing of katas.
"""
