"""Our endpoint measured beside others."""
