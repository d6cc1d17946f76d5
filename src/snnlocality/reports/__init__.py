"""The rendered tables and figures, one file each, named as the papers name them."""
