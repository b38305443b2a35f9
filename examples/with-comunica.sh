#!/usr/bin/env bash
# Two endpoints as one, without SERVICE: ours, and another that holds Mondo. Comunica plans the join.
# Needs Comunica (npm install -g @comunica/query-sparql) and both endpoints.
set -euo pipefail

ENDPOINT=${ENDPOINT:-http://localhost:8000/sparql}
OTHER=${OTHER:-http://localhost:7878/query}

exec "${COMUNICA:-comunica-sparql}" "sparql@$ENDPOINT" "sparql@$OTHER" -t application/sparql-results+json "
PREFIX dyo: <https://w3id.org/dystonia/ontology#>
PREFIX dys: <https://w3id.org/dystonia/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?name ?theirs ?above WHERE {
  ?condition dyo:affects dys:neck ; skos:prefLabel ?name ; skos:exactMatch ?class .
  ?class rdfs:label ?theirs ; rdfs:subClassOf ?parent .
  ?parent rdfs:label ?above .
}"
