"""Teaches Schemathesis to read a stream of lines: `SCHEMATHESIS_HOOKS=schemathesis_lines`.

A document of OpenAPI 3.1 says of such a stream what a line is, so here the body is an array of these.
"""

import json

import schemathesis

LINES = "application/x-ndjson"


@schemathesis.deserializer(LINES)
def lines(_, response):
    return [json.loads(line) for line in response.content.splitlines()]


@schemathesis.hook
def before_load_schema(_, document):
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                media = response.get("content", {}).get(LINES)
                if media:
                    media["schema"] = {"type": "array", "items": media["schema"]}
