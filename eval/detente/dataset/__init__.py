"""From annotations to the published dataset."""
