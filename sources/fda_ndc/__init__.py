"""The National Drug Code directory of the FDA as it is downloaded: `products` (product.txt, one row per drug product).

The user downloads it (`ndctext.zip`); it is a work of the United States government and free to use. None of it is part
of this repository.
"""
