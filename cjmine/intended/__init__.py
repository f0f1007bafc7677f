"""How a journey is meant to run: notation, BPMN and PNML lead to one net and one automaton."""
