"""The one place where settings become a running worker or crawler."""
