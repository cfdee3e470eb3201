"""Sources that are ready but for their blanks: how a platform is heard through a gateway, and by which right."""
