"""A program, run with PyTorch."""
import re

import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

import wrap
from program import DTYPES, Leaf

LOW = (torch.float16, torch.bfloat16)
NO_KERNEL = re.compile(r"not implemented for '(Half|BFloat16)'")
NARROW_NAME = re.compile(r"torch\.(float16|bfloat16|float32)\b")


def J(index):
    """Indices from 1 as Python's from 0; those from the end stay."""
    return index - (index > 0).to(index.dtype)


def cotangent(x):
    steps = torch.arange(1, x.numel() + 1, dtype=torch.float64)
    return ((steps * 7) % 11 - 5).div(4).to(x.dtype).reshape(x.shape)


def flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [x for part in result for x in flat(part)]
    return [torch.tensor(result, dtype=torch.bool if isinstance(result, bool) else torch.float64)]


class Widening(TorchDispatchMode):
    """An op without a kernel for half precision runs in float32, and its result is rounded: op by op, backward too."""

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        try:
            return op(*args, **kwargs)
        except RuntimeError as error:
            if not NO_KERNEL.search(str(error)):
                raise
            refused = error
        tensors = [x for x in tree_flatten(args)[0] if isinstance(x, torch.Tensor)]
        low = [x.dtype for x in tensors if x.dtype in LOW]
        named = kwargs.get("dtype") or next((x for x in args if isinstance(x, torch.dtype)), None)
        if not low or len({x.dtype for x in tensors if x.is_floating_point() and x.dim()}) > 1:
            raise refused
        widen = lambda x: (x.float() if isinstance(x, torch.Tensor) and x.dtype in LOW else torch.float32 if x in LOW else x) \
            if isinstance(x, (torch.Tensor, torch.dtype)) else x
        result = op(*tree_map(widen, args), **tree_map(widen, kwargs))
        to = named if named in LOW else low[0]
        narrow = lambda x: x.to(to) if isinstance(x, torch.Tensor) and x.dtype == torch.float32 and named != torch.float32 else x
        result = tree_map(narrow, result)
        return args[0].copy_(result) if op._schema.is_mutable and isinstance(result, torch.Tensor) else result


class Noise:
    """Multiplies by 1 + k * epsilon, k drawn from 0, 2 and 4, or from 0, -2 and -4, so that what lies within [0, 1] stays there.
    A subnormal number may become zero, as where processors flush them."""
    step = 2


def shaken(x):
    drawn = torch.randint(0, 3, x.shape, dtype=torch.int8)
    limits = torch.finfo(x.dtype)
    return x * torch.where(x.abs() < limits.tiny, drawn.clamp(max=1).to(x.dtype), drawn.to(x.dtype) * (Noise.step * limits.eps) + 1)


def shake(x, size=0.0):
    """Noise in the storage of a tensor, of its elements' size or of a size given."""
    if x.is_floating_point() and x.numel():
        whole = torch.empty(0, dtype=x.dtype).set_(x.detach().storage())
        whole.copy_(shaken(whole))
        if size:
            whole.sub_((size - shaken(torch.full_like(whole, size))))


def magnitude(x):
    """The largest finite magnitude."""
    return float(x.detach().double().abs().nan_to_num(posinf=0).max()) if x.numel() else 0.0


class Shaken:
    """The values as a call with noise reads them: each use multiplied by noise of its own, or its gradient alone."""

    def __init__(self, values, gradients_alone):
        self.values, self.gradients_alone = values, gradients_alone

    def __getitem__(self, k):
        x = self.values[k]
        if not x.is_floating_point():
            return x
        if not self.gradients_alone:
            return shaken(x)
        if x.requires_grad:
            x = x.view_as(x)
            x.register_hook(shaken)
        return x


class Run:
    """The results of the calls, or what they failed with, and the derivatives.

    noise: storages of arguments and results, and gradients, are multiplied by 1 - k * epsilon around calls that round; wide:
    everything floating is in float64; dense: every leaf is contiguous."""

    def __init__(self, program, bytes_, noise=False, wide=False, dense=False):
        self.bytes, self.noise, self.wide, self.dense = bytes_, noise, wide, dense
        self.values, self.results, self.failures, self.requires, self.gradients, self.failure = [], {}, {}, {}, {}, None
        self.names = {"torch": torch, "F": F, "wrap": wrap, "J": J, "nan": float("nan"), "inf": float("inf")}
        for part in program.parts:
            if isinstance(part, Leaf):
                self.values.append(self.leaf(part))
            elif not self.call(part):
                break

    def leaf(self, leaf):
        base = self.bytes.read(leaf.dtype, [leaf.count], leaf.at).clone()
        if self.wide and base.is_floating_point():
            base = base.double()
        x = base.as_strided(leaf.sizes, leaf.strides, leaf.offset).detach()
        if self.dense:
            x = x.clone(memory_format=torch.contiguous_format)
        return x.requires_grad_() if leaf.gradient else x

    def call(self, call):
        """Whether the program can go on as R's did."""
        shakes = self.noise and not call.exact
        if shakes and call.in_place and "pointwise" not in call.notes:
            for k in call.reads:
                shake(self.values[k])
        values = Shaken(self.values, "pointwise" in call.notes) if shakes and not call.in_place else self.values
        try:
            found = flat(self.evaluate(call, self.names | {"V": values}))
        except Exception as error:
            self.failures[call] = error
            return bool(call.error)
        found = [x + 1 if call.counts_from_1(k) else x for k, x in enumerate(found)]
        if "first" in call.notes:
            found = found[:1]
        if shakes:
            size = max([1.0] + [magnitude(self.values[k]) for k in call.reads]) if "cancels" in call.notes else 0.0
            for x in found:
                shake(x, max(size, magnitude(x)) if size else 0.0)
        self.results[call] = [x.detach().clone() for x in found]
        self.requires[call] = [x.requires_grad for x in found]
        self.values.extend(found)
        return not call.error

    def evaluate(self, call, names):
        if self.wide:
            return eval(NARROW_NAME.sub("torch.float64", call.expression), names)
        try:
            return eval(call.code, names)
        except RuntimeError as error:
            if call.in_place or not NO_KERNEL.search(str(error)):
                raise
        with Widening():
            return eval(call.code, names)

    def derive(self, program):
        if len(self.values) <= max(program.out + program.into):
            return self
        out, into = [self.values[k] for k in program.out], [self.values[k] for k in program.into]
        low = any(x.dtype in LOW for x in self.values)
        try:
            with Widening() if low else torch.enable_grad():
                found = torch.autograd.grad(out, into, [cotangent(x) for x in out], allow_unused=True)
            self.gradients = dict(zip(program.into, found))
        except Exception as error:
            self.failure = error
        return self
