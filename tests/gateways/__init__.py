"""Gateways against counterparts that run in processes of their own, over real connections.

The same questions are asked of every adapter.
"""
