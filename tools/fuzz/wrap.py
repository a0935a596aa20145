"""Functions of PyTorch as R calls them: lists, indexes from 1, and what takes another form there."""
import re

import torch

NAMED = re.compile(r"V\[(\d+)\]")


def named_values(expression):
    return [int(k) for k in NAMED.findall(expression)]


def writes(call, wanted):
    """Whether a call changes one of these values in place."""
    return call.name.endswith("_") and int(NAMED.match(call.expression)[1]) in wanted


def broadcast_tensors(tensors):
    return torch.broadcast_tensors(*tensors)


def mT(x):
    return x.mT


def T(x):
    return x.T


def slice(x, dim, start, end, step=1):
    return torch.ops.aten.slice(x, dim, start, end, step)


def tensor_split(x, sections, dim=0):
    return torch.tensor_split(x, sections, dim)


def block_diag(tensors):
    return torch.block_diag(*tensors)


def meshgrid(tensors, indexing="ij"):
    return torch.meshgrid(*tensors, indexing=indexing)


def cartesian_prod(tensors):
    return torch.cartesian_prod(*tensors)


def index(x, indices):
    return x[tuple(indices)]


def index_put(x, indices, value, accumulate=False):
    return torch.index_put(x, tuple(indices), torch.tensor(value, dtype=x.dtype), accumulate)


def trapz(y, dim=-1):
    return torch.trapz(y, dim=dim)


def argsort(x, dim=-1, descending=False):
    return torch.sort(x, dim=dim, descending=descending, stable=True)[1]


def histogram(x, bins):
    return torch.histogram(x, bins)


def einsum(equation, tensors):
    return torch.einsum(equation, *tensors)


def chain_matmul(tensors):
    return torch.linalg.multi_dot(tensors)


def cholesky_inverse(x):
    return torch.cholesky_inverse(x)


def qr(x):
    q, r = torch.linalg.qr(x)
    return q, r


def eigvalsh(x):
    return torch.linalg.eigvalsh(x)
