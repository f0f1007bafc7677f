"""How journeys really run: variants, directly-follows flows, a mined model."""
