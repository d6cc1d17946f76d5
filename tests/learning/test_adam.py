"""Adam on PyTorch's tensors is PyTorch's Adam, but for how it rounds."""

import torch

from snnlocality.learning import adam


def test_adam_on_tensors_follows_pytorchs():
    generator = torch.Generator().manual_seed(0)
    start = [
        torch.randn(5, 4, generator=generator, dtype=torch.float64),
        torch.randn(3, 5, generator=generator).double(),
    ]
    x, target = torch.randn(20, 4, generator=generator).double(), torch.randn(20, 3, generator=generator).double()
    ours, theirs = ([tensor.clone().requires_grad_() for tensor in start] for _ in range(2))
    update, reference = adam.on_tensors(ours, 0.01), torch.optim.Adam(theirs, lr=0.01)
    for _ in range(50):
        for first, second in (ours, theirs):
            (torch.tanh(x @ first.T) @ second.T - target).square().mean().backward()
        update()
        reference.step()
        reference.zero_grad()
    for a, b, before in zip(ours, theirs, start, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
        assert not torch.allclose(a, before, atol=0.1)
