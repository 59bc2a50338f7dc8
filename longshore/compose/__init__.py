"""The input language: compose files as Docker reads them, with a place in a file for everything."""

from __future__ import annotations

from longshore.compose.files import Files
from longshore.compose.load import load
from longshore.compose.project import Project
from longshore.compose.request import Loaded, Request

__all__ = ["Files", "Loaded", "Project", "Request", "load"]
