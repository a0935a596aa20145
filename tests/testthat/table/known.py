"""The kinds of difference that are known, each with a predicate. Why they are there: the article on differences from PyTorch."""
import re

import torch

from program import Leaf


class Difference:
    """Where a program's two runs part: at which call, in what (and why, as far as a comparison can tell), as a text."""

    def __init__(self, program, run, call, what, text, k=0, why="", pair=None, whole=None):
        self.program, self.run, self.call, self.what, self.text, self.k = program, run, call, what, text.split("\n")[0], k
        self.why, self.pair, self.whole = why, pair, whole

    def needed(self):
        """The parts of the program that the difference comes from, with the numbers of their values."""
        steps, k = [], 0
        for part in self.program.parts:
            made = 1 if isinstance(part, Leaf) else len(part.results)
            steps.append((part, range(k, k + made)))
            k += made
        wanted = set(self.call.reads) | (set(self.program.out) if self.what.startswith("derivative") else set())
        shown = []
        for part, made in reversed(steps):
            is_call = not isinstance(part, Leaf)
            writes = is_call and part.in_place and part.reads[0] in wanted
            if part is self.call or wanted & set(made) or writes:
                wanted |= set(part.reads) if is_call else set()
                shown.append((part, made))
        return shown[::-1]

    def __str__(self):
        lines = [f"  program {self.program.number}: {self.text} {self.why}"]
        for part, made in self.needed():
            names = ", ".join(f"V[{k}]" for k in made)
            if isinstance(part, Leaf):
                x = self.run.values[made[0]].detach().reshape(-1)[:12].tolist() if made[0] < len(self.run.values) else ""
                lines.append(f"    {names}: {part.dtype} {part.sizes} strides {part.strides}{' requires_grad' if part.gradient else ''} {x}")
            else:
                lines.append(f"    {names} = {part.expression}{'  ! ' + part.error if part.error else ''}")
        if self.what.startswith("derivative"):
            lines.append(f"    derivative of {self.program.out} by {self.k}")
        return "\n".join(lines)

    def refused(self, pattern, by="PyTorch"):
        return self.what.endswith("refused by " + by) and re.search(pattern, self.text) is not None

    def differs(self, *names):
        """A value that one of these calls gives, or a derivative by what one of them reads."""
        if self.what == "value":
            return self.call.name.rstrip("_") in names
        return self.what in ("derivative", "derivative is missing") and any(
            call.name.rstrip("_") in names for call in self.program.calls if self.k in call.reads)

    def dtypes(self):
        return " ".join(str(self.run.values[k].dtype) for k in self.call.reads)

    def squares_overflow(self):
        reads = [self.run.values[k].detach() for k in self.call.reads]
        return any(bool((x.double().abs() > torch.finfo(x.dtype).max ** 0.5).any()) for x in reads if x.is_floating_point())

    def subnormal(self):
        reads = [self.run.values[k].detach() for k in self.call.reads]
        return any(bool(((x != 0) & (x.abs() < torch.finfo(x.dtype).tiny)).any()) for x in reads if x.is_floating_point())

    def loses_smallest(self):
        """PyTorch makes zero of a subnormal number, or loses the sign of a zero, as exp(x) - 1 does, on the way to a result of another sign."""
        a, b = self.pair
        if not bool(((a.sign() != b.sign()) | a.isnan()).all()):
            return False
        for part, made in self.needed():
            for k in made if isinstance(part, Leaf) else ():
                x = self.run.values[k].detach()
                if x.is_floating_point() and bool(((x.abs() < torch.finfo(x.dtype).tiny) & ((x != 0) | (1 / x < 0))).any()):
                    return True
        return False

    def same_elements(self):
        """Two indices that name equal elements of what was searched."""
        x = self.run.values[self.call.reads[0]].detach()
        a, b = self.pair
        return not a.is_floating_point() and x.dim() == 1 and bool(((x[a] == x[b]) | x[a].isnan() & x[b].isnan()).all())

    def near(self):
        """A difference that a narrower dtype somewhere explains."""
        if self.pair is None or not all(x.is_floating_point() for x in self.pair):
            return False
        narrowest = max([torch.finfo(x.dtype).eps for x in self.run.values if x.is_floating_point()] + [torch.finfo(torch.float32).eps])
        return bool(torch.isclose(*(x.double() for x in self.pair), rtol=8 * narrowest, atol=0).all())

    def mixes(self, call):
        """Whether tensors of several dtypes meet in a call, or become another."""
        return "dtype=" in call.expression or len({self.run.values[k].dtype for k in call.reads if k < len(self.run.values)}) > 1

    def odd(self):
        """Every element that differs is NaN or infinite, in one answer or the other, or such values are among the program's."""
        a, b = self.pair
        if self.what == "value" and not a.is_floating_point():
            limit = 1 if a.dtype == torch.bool else torch.iinfo(a.dtype).max
            return any(not bool((self.run.values[k].detach().double().abs() <= limit).all()) for k in self.call.reads)
        if not (a.isfinite() & b.isfinite()).any():
            return True
        if self.call.name == "histc":
            return not bool(self.run.values[self.call.reads[0]].isfinite().all())
        return self.what == "derivative" and not all(bool(x.isfinite().all()) for x in self.run.values)

    def same_sum(self):
        a, b = (x.double() for x in self.whole)
        return abs(float(a.sum() - b.sum())) <= 1e-3 * float(b.abs().max())


PROCESS_ENDED = "PyTorch fails itself"


def no_kernel(d):
    return d.differs("nextafter") and "float16" in d.dtypes() or d.refused("not implemented for '|quantile\\(\\) input tensor must be either float or double")


def not_differentiated(d):
    """PyTorch refuses an argument that requires gradients, or the backward pass; or says that its result has gradients, which a
    backward pass would refuse; or does so by what is written over in place by the result of a comparison."""
    if d.refused("is not differentiable with respect to argument|(derivative for|derivative for aten::).* is not implemented|In-place elu backward"):
        return True
    if d.refused("igammac?\\(\\) has no derivative by its first argument|lu\\(\\) is defined for square matrices", by="us"):
        return True
    if d.what == "derivative is missing" and d.differs("scatter"): # what multiplies
        return True
    if d.what == "requires_grad":
        return d.call.name.rstrip("_") in ("histogram", "nextafter", "heaviside", "unique_consecutive", "geqrf", "eq")
    over = [call for call in d.program.calls if call.name in ("eq_", "logical_or_", "logical_not_", "logical_and_", "logical_xor_")]
    return bool(over) and (d.refused("would change (a view of )?a leaf that requires gradients", by="us") or d.what.startswith("derivative"))


def less_strict(d):
    """What has one evident meaning: mixed dtypes, which promote; integers in another dtype; tensors without dimensions."""
    if d.what == "derivative is missing" and any(call.name.startswith("unsafe_") for call in d.program.calls):
        return any(call.in_place for call in d.program.calls)
    if d.what == "dtype" and d.call.name in ("prelu", "soft_margin_loss") and len(set(d.dtypes().split())) > 1:
        return True
    if d.refused("refer to a single memory location") and all(d.run.values[k].numel() == 1 for k in d.call.reads):
        return True
    return d.refused(
        "did not match|expected scalar type|expected dtype|same dtypes?|different dtypes|Found dtype|cdist only supports floating-point|"
        "should be convertible without narrowing|must not be a floating point|can't be cast to the desired output type|Bad in-place call|tensor has no dimensions|"
        "must be >= 1-d|Integral inputs not supported|0 sized dimensions|received a bool input|may not be a boolean tensor|When source is scalar|to have non-zero size|"
        "value cannot be converted to type u?int([0-9]+_t)? without overflow|bool dtype is not supported for input|floating point dtype but got|Expected a floating point|"
        "function that returns multiple views|with optional 0 dim batch size|with possibly 0 batch size|non-empty 2D or 4D weight|tensor expected for input, but got|Only zero batch or zero channel inputs|Expected more than 1 value per channel|to have positive length|non-empty spatial dimensions|to be at least 1 at dimension|mixed dtype|smaller than kernel size|Non-empty .D data tensor expected|"
        "cannot reshape tensor of 0 elements|could not infer output dtype|Integer division with addcdiv|a view of a leaf Variable|view size is not compatible")


def stricter(d):
    if d.call.name in ("einsum", "linear") and d.refused("^(bmm|addmm)", by="us"):
        return True
    if d.refused("works on floating tensors|must be a floating tensor", by="us"): # convolutions and means of integers
        return True
    if any(d.run.values[k].numel() == 0 for k in d.call.reads) and d.refused("needs tensors of one dtype|needs a floating dtype|does not exist|not defined for Bool|would change a view", by="us"):
        return True
    if d.call.name.startswith("conv") and d.refused("must be of one dtype", by="us"): # PyTorch does not look at each bias
        return True
    if d.call.name.startswith(("conv", "max_pool")) and d.refused("the kernel does not fit|a kernel of size 0", by="us"): # nothing comes out
        return True
    return d.refused(
        "integers? (as|when)|would have no elements|no elements to be pooled|`pad` must be at most|cannot write|cannot take the number|would write some elements of an expanded tensor|"
        "does not exist: the tensor has none|in a tensor without dimensions|of a tensor without dimensions|of no elements has no value|is singular|does not hold|needs a tensor of at least 2 dimensions|"
        "a value that (Erfinv|Logaddexp2?)Backward0 needs for its gradient has been modified|modified by an in-place operation: a Long tensor",
        by="us")


def fails_itself(d):
    if d.call.name == "interpolate" and "scale_factor=1.2" in d.call.expression and d.what in ("value", "derivative"):
        return True # a size that is kept: a copy or not, as the layout is; in the derivative always
    if d.what in ("value", "derivative") and d.call.name.startswith("max_pool") and "dilation=2" in d.call.expression: # an index beyond the plane
        return True
    if d.call.name == "pad" and d.refused("Dimension out of range|start .* exceeds dimension size"): # what becomes empty
        return True
    if d.call.name.startswith("conv_transpose") and "bfloat16" in d.dtypes() and d.refused("Kernel size can't be|to have . channels"): # as if it were a convolution
        return True
    if d.refused("modified by an inplace operation|INTERNAL ASSERT|returned an invalid gradient|integer multiplication overflow|"
                 "tensor does not have a device|select\\(\\): index 0 out of range|(with|on) a bool tensor is not supported|must match the size of tensor|doesn't match the broadcast shape|ZeroTensors are immutable"):
        return True
    if any(call.in_place and "divided by zero" in (call.error or "") for call in d.program.calls): # some elements are written
        return True
    if d.differs("sum_to_size") and any(call.in_place for call in d.program.calls): # the tensor itself, or another one
        return True
    if d.what == "dtype" and d.call.name == "inner": # of no elements
        return True
    if d.what == "value" and d.call.name == "trapz": # the ends are added in the integers' own dtype
        return d.run.values[d.call.reads[0]].dtype in (torch.uint8, torch.int8, torch.int16)
    if d.what == "value" and d.call.name == "gcd_" and len(set(d.dtypes().split())) > 1: # computed in the narrower
        return True
    if d.what == "shape":
        if d.call.name.startswith("conv_transpose") and "bfloat16" in d.dtypes(): # the shape that a convolution has
            return True
        empty = any(d.run.values[k].numel() == 0 for k in d.call.reads)
        return d.call.name == "aminmax" or d.call.name.startswith("conv") and empty # no channels out, although the weight has some
    if d.what == "value" and d.call.in_place and d.call.reads.count(d.call.reads[0]) > 1: # read while it is written
        return True
    if any(call.name == "multi_margin_loss" and d.run.values[call.reads[0]].numel() == 0 for call in d.program.calls): # memory as it was
        return True
    if d.what == "derivative" and d.call.name == "scatter_reduce": # a source larger than the index
        return d.k == d.call.reads[-1] and d.run.values[d.call.reads[1]].shape != d.run.values[d.k].shape
    if d.what == "value" and d.call.name in ("median", "nanmedian") and 0 in d.run.values[d.call.reads[0]].stride():
        return True
    return d.why == "dense" or d.differs("trace", "softshrink", "masked_scatter", "narrow_copy") or d.what == "dtype" and d.call.name == "sum_to_size"


# What PyTorch computes less precisely, as other ways of computing it tell, in double precision too.
LESS_PRECISE = """
    digamma polygamma mvlgamma lgamma hardsigmoid i0 sinc log1p logaddexp logaddexp2 renorm matrix_exp logcumsumexp igamma igammac
    binary_cross_entropy soft_margin_loss
""".split()


def nearer_the_exact(d):
    if d.what == "shape" and d.why == "noise":
        return True
    if d.call.name in ("nonzero", "argwhere", "any", "all", "count_nonzero") and any(call.name == "cross" for call in d.program.calls):
        return True # a difference of equal products is 0, but for a fused multiplication
    if d.differs("asin", "acos") and any(call.name == "cosine_similarity" for call in d.program.calls): # 1, or nearly
        return True
    if d.differs("atan2") and "int" in d.dtypes(): # squares of integers overflow
        return True
    if d.call.name in ("lt", "le", "gt", "ge", "eq", "ne") and "int8" in d.dtypes(): # a number that the dtype does not hold
        return True
    if d.what not in ("value", "derivative"):
        return False
    if d.differs("cumprod", "prod") and d.subnormal(): # PyTorch divides by it
        return True
    if d.why == "wide" or d.differs(*LESS_PRECISE) or d.what == "value" and d.loses_smallest():
        return True
    if d.what == "derivative" and bool((d.pair[0].isfinite() & d.pair[1].isnan()).all()): # what PyTorch's formula overflows in
        return True
    if d.differs("remainder", "fmod", "floor_divide") and "float16" in d.dtypes() and len(set(d.dtypes().split())) > 1:
        return True
    if d.differs("layer_norm", "group_norm", "batch_norm", "instance_norm", "cosine_similarity", "normalize", "pairwise_distance", "std", "var", "hypot") and d.squares_overflow():
        return True
    if d.differs("isclose", "softsign") and "int" in d.dtypes():
        return True
    return d.near() and (d.what == "derivative" or d.call.exact) and any(
        call.name.rstrip("_") in LESS_PRECISE or d.mixes(call) for call in d.program.calls)


CHOOSING = "sort msort amin amax max min quantile nanquantile topk kthvalue median nanmedian mode maximum minimum".split()


def chosen(d):
    """The gradient of an extreme goes to another of equal elements, or is shared among them."""
    if d.what == "value" and d.call.name in ("median", "nanmedian", "kthvalue", "mode", "topk"):
        return d.same_elements()
    if d.what != "derivative":
        return False
    return d.differs(*CHOOSING) and d.same_sum() or d.differs("cdist", "pdist") and "inf" in d.call.expression


ROUND_NAN = """
    var std var_mean std_mean cov corrcoef norm vector_norm pdist cdist cosine_similarity pairwise_distance renorm normalize
    prod cumprod trapz matmul addmm addmv addbmm baddbmm addr tensordot einsum cross logdet index_reduce scatter_reduce
    inner mm mv bmm linear histc householder_product asin acos triplet_margin_loss
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc layer_norm group_norm batch_norm instance_norm bilinear
    avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d local_response_norm
    xlogy pow float_power atan2 hypot logit logcumsumexp nanmean matrix_norm slogdet mse_loss remainder floor_divide fmod clip kl_div multi_margin_loss multilabel_soft_margin_loss soft_margin_loss
    binary_cross_entropy binary_cross_entropy_with_logits hardswish hardshrink hardtanh relu6 elu selu celu
    clamp clamp_min clamp_max amin amax mode quantile nanquantile copy to type_as signbit copysign
""".split()
# Their derivative is 0, also times NaN.
FLAT = ("sgn", "sign", "floor", "ceil", "trunc", "fix", "round")


def undefined(d):
    if d.what == "derivative" and d.odd() and any(call.name.rstrip("_") in FLAT for call in d.program.calls): # 0 times NaN
        return True
    if d.what == "value" and d.call.name.rstrip("_") in ("atan2", "lcm") and bool((d.pair[0].abs() == d.pair[1].abs()).all()): # the sign of 0, or of what overflowed
        return True
    if d.what == "derivative is missing": # NaN or nothing
        return d.differs("float_power", "pow")
    if d.what == "derivative" and not (d.pair[0].isfinite() & d.pair[1].isfinite()).any():
        return any(call.name.rstrip("_") in ROUND_NAN for call in d.program.calls)
    return d.what in ("value", "derivative") and d.differs(*ROUND_NAN) and d.odd()


def part_not_read(d):
    return d.what == "derivative" and any(call.name in ("cholesky_solve", "cholesky_inverse") for call in d.program.calls)


def constant(d):
    if d.what == "derivative is missing" and any("beta=0.0" in call.expression for call in d.program.calls):
        return True
    return d.what == "requires_grad" and d.call.name in ("matrix_power", "vander", "trapz", "cond", "addr", "addbmm")


# In the order of the table in the article on differences.
KINDS = [
    ("PyTorch has no kernel for the dtype", no_kernel),
    ("PyTorch does not differentiate", not_differentiated),
    ("rushlight takes what has one meaning", less_strict),
    ("rushlight refuses what loses or hides something", stricter),
    (PROCESS_ENDED, fails_itself),
    ("rushlight is nearer to the exact value", nearer_the_exact),
    ("one of several gradients at ties", chosen),
    ("NaN and infinities in a formula", undefined),
    ("entries that are not read have no derivative", part_not_read),
    ("a result that does not depend on its argument", constant),
]


def kind_of(difference):
    for name, holds in KINDS:
        if holds(difference):
            return name
    return None
