"""One file per surrogate derivative, each holding one function ``derivative(x, slope)``.

x = U - theta, a tensor of any shape; shapes are given for unit threshold. The larger the slope k, the
narrower the surrogate. Peaks and areas differ, as in the literature: compare at equal peak or equal area.
"""
