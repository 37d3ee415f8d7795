"""The pages, asked over HTTP as a browser, a probe and Prometheus do."""
