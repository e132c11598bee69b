"""The conformance kit: what every provider must do before a province pays through it, as scenarios that anybody can run.

It talks to a provider's sandbox through the gateway, exactly as a month does. It needs no database and moves no money.
"""
