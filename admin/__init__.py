"""The site: one module for each family of pages."""
