"""How fast Octavo is, side by side with others. See README.md."""
