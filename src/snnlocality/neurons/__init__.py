"""The neuron: its dynamics (``lif``), its spike with the derivative that learning uses (``spikes``)."""
