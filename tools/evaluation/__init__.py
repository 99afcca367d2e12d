"""How figures about accuracy are made: trackers run over data sets, scored as a whole and by condition."""
