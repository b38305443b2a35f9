"""Other people's formats, in and out: read ontologies, hold our mappings against them, write editions."""
