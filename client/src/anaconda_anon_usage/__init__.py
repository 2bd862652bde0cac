"""Which version of the plug-in is this?"""

__all__ = ["__version__"]

__version__ = "1.0.0.dev0"
