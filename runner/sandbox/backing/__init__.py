"""Backing services: real PostgreSQL and Valkey, started on this machine and reached by services through the relay.

Servers listen on 127.0.0.1 alone; a host-side tunnel takes what services dial at the relay, in both sandboxes alike.
"""
