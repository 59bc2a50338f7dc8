"""The components for other languages: Pulumi's engine starts this, and lets it declare what a program asks for.

Source: https://www.pulumi.com/docs/iac/guides/building-extending/components/packaging-components/
"""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host
from pulumi.provider.experimental.host import components_from_module

from longshore import components

component_provider_host(components_from_module(components), "longshore", version=version("longshore"))
