"""What other systems call a notebook, as catalog and Notebook files. Text in, text out."""
