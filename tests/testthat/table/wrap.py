"""Functions of PyTorch as R calls them: lists, indices from 1, and what takes another form there."""
import torch


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
