"""The addresses of the endpoints. The version is part of them: what is answered under one never changes its meaning."""

from django.urls import path

from ansinh.api import explanation, webhooks

urlpatterns = [
    path("v1/persons/<int:person_id>/explanation", explanation.explanation),
    path("v1/providers/<slug:code>/results", webhooks.results),
]
