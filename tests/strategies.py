"""Networks and batches of any size and activity, for tests by hypothesis."""

from hypothesis import strategies as st

from networks import ADAPTIVE, DYNAMICS, SURROGATES, random_batch, random_network
from snnlocality import registry
from snnlocality.network import Shape
from snnlocality.neurons.spikes import spiking


@st.composite
def cases(draw, recurrent=None, layers=(1, 2, 3), direct_readout=None):
    """(network, batch) of any size and activity: one step, one sample, silent and saturated networks included."""
    hidden = tuple(draw(st.lists(st.integers(1, 6), min_size=min(layers), max_size=max(layers))))
    if recurrent is None:
        recurrent = draw(st.booleans())
    if direct_readout is None:
        direct_readout = draw(st.booleans())
    shape = Shape(draw(st.integers(1, 7)), hidden, draw(st.integers(2, 4)), recurrent, direct_readout)
    seed = draw(st.integers(0, 1000))
    network = random_network(
        shape,
        seed,
        gain=draw(st.sampled_from((1.0, 2.0, 0.01, 30.0))),
        spike=spiking(draw(st.sampled_from(registry.names(SURROGATES))), draw(st.sampled_from((1.0, 3.0)))),
        dynamics=draw(st.sampled_from((DYNAMICS, ADAPTIVE))),
    )
    return network, random_batch(shape, draw(st.integers(1, 10)), draw(st.integers(1, 3)), seed)
