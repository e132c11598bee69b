"""All pages of the system; each room of the web declares its own paths."""

from django.urls import include, path

urlpatterns = [path("", include("ansinh.web.urls"))]
