"""What profiles of JupyterHub mean, one thing a module: for the library and for the catalog."""
