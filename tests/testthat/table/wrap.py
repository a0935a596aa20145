"""Functions of PyTorch as R calls them: lists, indices from 1, and what takes another form there."""
import torch
import torch.nn.functional as F


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


def unique_consecutive(x, return_inverse=False, return_counts=False, dim=None):
    """Three results, those that were not asked for empty."""
    ask = {"return_inverse": return_inverse, "return_counts": return_counts}
    found = torch.unique_consecutive(x, dim=dim, **ask)
    found = list(found) if isinstance(found, tuple) else [found]
    empty = torch.empty(0, dtype=torch.int64)
    return [found.pop(0), found.pop(0) if return_inverse else empty, found.pop(0) if return_counts else empty]


def sort(x, dim=-1, descending=False):
    return torch.sort(x, dim=dim, descending=descending, stable=True)


def tensorinv(x, ind):
    return torch.linalg.tensorinv(x, ind - 1)


def unflatten(x, dim, sizes):
    return x.unflatten(dim - 1, sizes)


def take_along_dim(x, indices, dim):
    return torch.take_along_dim(x, indices, dim - 1)


def diagonal_scatter(x, src):
    return torch.diagonal_scatter(x, src)


def select_scatter(x, src, dim, index):
    return torch.select_scatter(x, src, dim - 1, index - 1)


def slice_scatter(x, src, dim, start, end):
    return torch.ops.aten.slice_scatter(x, src, dim - 1, start - 1, end)


def split_with_sizes(x, sizes):
    return torch.split_with_sizes(x, sizes)


def hsplit(x, sections):
    return torch.hsplit(x, sections)


def channel_shuffle(x, groups):
    b, c, *rest = x.shape
    return x.reshape(b, groups, c // groups, *rest).transpose(1, 2).reshape(x.shape)


def max_pool1d(x, *sizes, **more):
    return F.max_pool1d(x, *sizes, **more)


def batch_norm(x, *parameters):
    return F.batch_norm(x, *parameters)


def attention(query, key, value, is_causal=False, scale=None):
    """What PyTorch has under this name from version 2 on."""
    weights = (query * (scale or max(query.shape[-1], 1) ** -0.5)) @ key.mT
    if is_causal:
        weights = weights.masked_fill(torch.ones(weights.shape[-2:], dtype=torch.bool).tril().logical_not(), float("-inf"))
    return weights.softmax(-1) @ value


def sparsemax(x, dim):
    """The support by its definition; Martins and Astudillo (2016)."""
    sums = x.sort(dim - 1, descending=True)[0]
    count = torch.arange(1, x.shape[dim - 1] + 1, dtype=x.dtype)
    within = (sums * count + 1 > sums.cumsum(dim - 1)).to(x.dtype).detach()
    return (x - ((sums * within).sum(dim - 1, keepdim=True) - 1) / within.sum(dim - 1, keepdim=True)).relu()
