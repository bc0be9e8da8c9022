"""The formats and the frameworks of others: what this dataset and this harness look like in them."""
