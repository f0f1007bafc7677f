"""How right are the findings? Matched with a folder of truth: what was found, missed and made up."""
