"""One file per surrogate derivative, each holding one formula ``DERIVATIVE`` (``neurons.formula``).

x = U - theta, k the slope; shapes are given for unit threshold. The larger the slope, the narrower the surrogate.
Peaks and areas differ, as in the literature: compare at equal peak or equal area.
"""
