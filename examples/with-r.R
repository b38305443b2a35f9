# Asking the Dystonia Knowledge Graph with R: needs the packages httr2 and readr, and a running server.

library(httr2)
library(readr)

endpoint <- Sys.getenv("ENDPOINT", "http://localhost:8000/sparql")

ask <- function(query) {
  request(endpoint) |>
    req_headers(Accept = "text/csv") |>
    req_body_form(query = query) |>
    req_perform() |>
    resp_body_string() |>
    I() |>
    read_csv(show_col_types = FALSE)
}

regions <- ask("
PREFIX dyo: <https://w3id.org/dystonia/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?condition ?region WHERE {
  ?c dyo:affects ?r . ?c skos:prefLabel ?condition . ?r skos:prefLabel ?region .
} ORDER BY ?condition ?region")

table(regions$condition, regions$region)
