"""One rule in one file; every rule emits the same FINDING rows with the events it rests on."""
