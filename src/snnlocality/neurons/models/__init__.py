"""One file per kind of neuron, each holding one value ``NEURON``; the file's name is its name in params.yaml."""
