"""The input language: compose files as Docker reads them, with a place in a file for everything."""

from __future__ import annotations

from convert.compose.files import Files
from convert.compose.load import load
from convert.compose.project import Project
from convert.compose.request import Loaded, Request

__all__ = ["Files", "Loaded", "Project", "Request", "load"]
