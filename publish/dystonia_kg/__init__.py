"""Publish a folder of RDF: build it into a release, then serve that release."""
