"""
The SPARQL endpoint: protocol in front, queries in processes that can be killed.

For pages that show answers: `endpoint = current_app.extensions["sparql"]` (absent when only the Flask
app runs), then

    form, body = endpoint.run(query)      # (formats.TABLES[0], b'{"head": …}') for SELECT and ASK,
                                          # (formats.GRAPHS[0], b"<…> …") for CONSTRUCT and DESCRIBE

with `form=` and `graph_form=` for other formats, `default_graphs=` and `named_graphs=` for a dataset.
What can not be answered raises `Problem`: `.status`, `.title`, `.detail` are for the reader, and
`.facts` may have `line` and `column`. The limits in words are `description.in_words(endpoint.limits)`.
Requests for `/sparql` reach Flask exactly when HTML is preferred (with or without a query, GET or
POST); all others are answered by the endpoint itself.
"""

from .endpoint import Endpoint
from .limits import Limits
from .pool import Pool
from .problem import Problem

__all__ = ["Endpoint", "Limits", "Pool", "Problem"]
