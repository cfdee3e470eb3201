"""The store on Elasticsearch: posts, incidents, their history, what was forgotten, and marks."""
