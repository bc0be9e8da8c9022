"""How firm the labels are."""
