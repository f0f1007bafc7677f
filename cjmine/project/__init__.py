"""The project file: one YAML file says what is joined, compared and searched."""
