"""/usr/bin/python3 tools/fuzz/compare.py FOLDER   runs the programs that programs.R wrote down, with PyTorch, and compares.

Results are compared bit by bit where no rounding takes place (the note `exact` in ops.txt), and otherwise to a few units in the
last place of their dtype. What differs by more is run again with noise: the storage of every argument and every result, and every
gradient on its way back, is multiplied by 1 + k * epsilon, k drawn from -2, 0 and 2, wherever a call rounds. What moves then is
not determined better than that by its inputs, and may differ as far (Parker's Monte Carlo arithmetic). Calls that do not round
get no noise.
"""
import collections
import re
import sys
import warnings

import torch
import torch.nn.functional as F

import known
import wrap

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
DTYPES = {"Float": torch.float32, "Double": torch.float64, "Half": torch.float16, "BFloat16": torch.bfloat16, "Long": torch.int64,
          "Int": torch.int32, "Short": torch.int16, "Char": torch.int8, "Byte": torch.uint8, "Bool": torch.bool}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
LOW = (torch.float16, torch.bfloat16)
NO_KERNEL = re.compile(r"not implemented for '(Half|BFloat16)'")
RUNS_WITH_NOISE = 12


def J(index):
    """Indexes from 1 as Python's from 0; those from the end stay."""
    return index - (index > 0).to(index.dtype)


def sizes(text):
    return [int(size) for size in text.split(",")] if text else []


class Values:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())

    def read(self, dtype, shape, at):
        count = torch.Size(shape).numel()
        if count == 0:
            return torch.empty(shape, dtype=dtype)
        return torch.frombuffer(self.bytes, dtype=dtype, count=count, offset=at).reshape(shape)


class Widened:
    """Values, with float32 in place of half precision."""

    def __init__(self, values):
        self.values = values

    def __getitem__(self, k):
        x = self.values[k]
        return x.float() if x.dtype in LOW else x


Result = collections.namedtuple("Result", "dtype shape gradient at")


class Call:
    def __init__(self, name, notes, expression):
        self.name, self.notes, self.expression = name, notes.split(), expression
        self.code = compile(expression, expression, "eval")
        self.error, self.results, self.first = None, [], None

    def is_index(self, k):
        return f"index:{k + 1}" in self.notes


class Program:
    """What programs.R wrote of one program: a list of leaves and calls, and the derivatives."""

    def __init__(self, number):
        self.number, self.parts, self.out, self.into, self.gradients, self.error = number, [], None, None, {}, None


def programs(path):
    program = None
    with open(path) as file:
        for line in file:
            kind, *fields = line.rstrip("\n").split("\t")
            if kind == "P":
                if program:
                    yield program
                program = Program(int(fields[0]))
            elif kind == "L":
                program.parts.append(fields)
            elif kind == "S":
                call = Call(*fields)
                program.parts.append(call)
            elif kind == "E" and program.out is not None:
                program.error = fields[0]
            elif kind == "E":
                call.error = fields[0]
            elif kind == "R":
                call.results.append(Result(fields[0], sizes(fields[1]), fields[2] == "1", int(fields[3])))
            elif kind == "G":
                program.out, program.into = sizes(fields[0]), sizes(fields[1])
            elif kind == "D":
                program.gradients[int(fields[0])] = (fields[1], sizes(fields[2]), int(fields[3] or 0))
    if program:
        yield program


def flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [x for part in result for x in flat(part)]
    return [torch.tensor(result, dtype=torch.bool if isinstance(result, bool) else torch.float64)]


def shaken(x):
    factor = torch.randint(-1, 2, x.shape, dtype=torch.int8).to(x.dtype) * (2 * torch.finfo(x.dtype).eps) + 1
    return x * factor


def shake(x):
    if x.is_floating_point() and x.numel():
        whole = torch.empty(0, dtype=x.dtype).set_(x.detach().storage())
        whole.copy_(shaken(whole))


class Run:
    """A program as PyTorch runs it: the results of its calls, or what they failed with."""

    def __init__(self, program, values, noise=False):
        self.values, self.results, self.starts, self.failures = [], {}, {}, {}
        names = {"torch": torch, "F": F, "wrap": wrap, "V": self.values, "J": J, "nan": float("nan"), "inf": float("inf")}
        for part in program.parts:
            if isinstance(part, list):
                self.values.append(self.leaf(part, values))
                continue
            rounds = noise and "exact" not in part.notes
            if rounds and "pointwise" not in part.notes:
                for k in wrap.named_values(part.expression):
                    shake(self.values[k])
            self.starts[part] = len(self.values)
            try:
                found = flat(self.evaluate(part, names))
            except Exception as error:
                self.failures[part] = error
                if not part.error:
                    break
                continue
            found = [x + 1 if part.is_index(k) else x for k, x in enumerate(found)]
            if "once" in part.notes:
                found = found[:1]
            if rounds:
                for x in found:
                    shake(x)
                    if x.requires_grad and x.is_floating_point():
                        x.register_hook(shaken)
            self.results[part] = [x.detach().clone() for x in found]
            if part.error:
                break
            self.requires = getattr(self, "requires", {})
            self.requires[part] = [x.requires_grad for x in found]
            self.values.extend(found)
        self.gradients, self.failure = {}, None

    def evaluate(self, call, names):
        """What a call gives; in float32, rounded afterwards, where there is no kernel for half precision."""
        try:
            return eval(call.code, names)
        except RuntimeError as error:
            if not NO_KERNEL.search(str(error)) or call.name.endswith("_"):
                raise
            first = error
        low = [self.values[k].dtype for k in wrap.named_values(call.expression) if self.values[k].dtype in LOW]
        if not low:
            raise first
        self.widened = True
        found = eval(call.code, names | {"V": Widened(self.values)})
        keeps = "dtype=torch." in call.expression
        return [x.to(low[0]) if x.dtype == torch.float32 and not keeps else x for x in flat(found)]

    def leaf(self, fields, values):
        dtype, shape, strides, offset, gradient, at, count = fields
        base = values.read(DTYPES[dtype], [int(count)], int(at)).clone()
        x = base.as_strided(sizes(shape), sizes(strides), int(offset)).detach()
        return x.requires_grad_() if gradient == "1" else x

    def derive(self, program):
        if len(self.values) <= max(program.out + program.into):
            return
        out = [self.values[k] for k in program.out]
        into = [self.values[k] for k in program.into]
        try:
            found = torch.autograd.grad(out, into, [cotangent(x) for x in out], allow_unused=True)
            self.gradients = dict(zip(program.into, found))
        except Exception as error:
            self.failure = error


def cotangent(x):
    steps = torch.arange(1, x.numel() + 1, dtype=torch.float64)
    return ((steps * 7) % 11 - 5).div(4).to(x.dtype).reshape(x.shape)


def ulps(call):
    return 0 if "exact" in call.notes else 4


def apart(ours, theirs, units):
    """Where two tensors of one dtype and shape differ."""
    if not ours.is_floating_point():
        return ours != theirs
    nan = ours.isnan() | theirs.isnan()
    differ = ours.isnan() != theirs.isnan()
    if units == 0:
        return torch.where(nan, differ, ours != theirs)
    a, b = ours.double(), theirs.double()
    info = torch.finfo(ours.dtype)
    if ours.dtype in (torch.float16, torch.bfloat16):
        units = 2
    bound = units * info.eps * torch.maximum(a.abs(), b.abs()) + units * info.tiny * info.eps
    same = (a == b) | ((a - b).abs() <= bound) & a.isfinite() & b.isfinite()
    return torch.where(nan, differ, ~same)


class Comparison:
    def __init__(self, folder):
        self.values = Values(f"{folder}/values")
        self.passed = self.failed = self.calls = self.gradients = self.refused = self.noisy = 0
        self.known = collections.Counter()
        self.unknown = collections.defaultdict(list)

    def program(self, program):
        run = Run(program, self.values)
        found = self.differences(program, run)
        if not found:
            self.passed += 1
            return
        if known.kind_of(found):
            self.known[known.kind_of(found)] += 1
            self.passed += 1
            return
        self.failed += 1
        self.unknown[found.what, found.call.name].append(found)

    def differences(self, program, run):
        """The first call at which the two differ, and how; None if they agree."""
        for call in (part for part in program.parts if isinstance(part, Call)):
            self.calls += 1
            if call in run.failures or call.error:
                self.refused += 1
                if call.error and call in run.failures:
                    continue
                what = "refused by us" if call.error else "refused by PyTorch"
                return known.Difference(program, run, call, what, call.error or str(run.failures[call]).split("\n")[0])
            found = self.call(program, run, call)
            if found:
                return found
        if program.out is None:
            return None
        return self.derivatives(program, run)

    def call(self, program, run, call):
        theirs = run.results[call]
        difference = lambda what, k=0, text="", ours=None: known.Difference(program, run, call, what, text, k, ours)
        if len(theirs) != len(call.results):
            return difference("number of results", 0, f"{len(call.results)} and {len(theirs)}")
        for k, (result, x) in enumerate(zip(call.results, theirs)):
            only = [note for note in call.notes if note.startswith("only:")]
            if only and str(k + 1) not in only[0]:
                continue
            if DTYPES[result.dtype] != x.dtype:
                return difference("dtype", k, f"{result.dtype} and {NAMES.get(x.dtype, x.dtype)}")
            if result.shape != list(x.shape):
                return difference("shape", k, f"{result.shape} and {list(x.shape)}")
            if result.gradient != run.requires[call][k]:
                return difference("requires_grad", k, f"{result.gradient} and {not result.gradient}")
            ours = self.values.read(x.dtype, result.shape, result.at)
            wrong = apart(ours, x, ulps(call))
            if wrong.any() and self.still_wrong(program, ours, wrong, lambda other: other.results[call][k] if call in other.results else None):
                return difference("value", k, f"{ours[wrong][:4].tolist()} and {x[wrong][:4].tolist()}", ours)
        return None

    def still_wrong(self, program, ours, wrong, value_of, derive=False):
        """What differs too much, even against what noise does. value_of(run): the same value of a run with noise."""
        self.noisy += 1
        torch.manual_seed(program.number)
        seen = []
        for _ in range(RUNS_WITH_NOISE):
            run = Run(program, self.values, noise=True)
            if derive:
                run.derive(program)
            x = value_of(run)
            if x is not None and x.shape == ours.shape:
                seen.append(x.detach())
        if not seen:
            return True
        seen = torch.stack(seen)
        if not ours.is_floating_point():
            return bool((wrong & ~(seen == ours).any(0)).any())
        odd = ~seen.isfinite()
        low = torch.where(odd, torch.inf, seen.double()).amin(0)
        high = torch.where(odd, -torch.inf, seen.double()).amax(0)
        middle, reach = (low + high) / 2, (high - low) * 2
        a = ours.double()
        near = (a - middle).abs() <= reach
        same_odd = ((seen == ours) | (seen.isnan() & ours.isnan())).any(0)
        return bool((wrong & ~near & ~same_odd).any())

    def derivatives(self, program, run):
        run.derive(program)
        last = [part for part in program.parts if isinstance(part, Call)][-1]
        if program.error or run.failure:
            if program.error and run.failure:
                return None
            what = "derivative refused by us" if program.error else "derivative refused by PyTorch"
            text = program.error or str(run.failure).split("\n")[0]
            return known.Difference(program, run, last, what, text)
        for k in reversed(program.into):
            self.gradients += 1
            dtype, shape, at = program.gradients[k]
            x = run.gradients[k]
            call = self.consumer(program, run, k)
            difference = lambda what, text, ours=None: known.Difference(program, run, call, what, text, k, ours)
            if not dtype or x is None:
                if not dtype and x is None or not dtype and not x.any() or x is None and not self.values.read(DTYPES[dtype], shape, at).any():
                    continue
                return difference("derivative is missing", "ours" if not dtype else "theirs")
            if DTYPES[dtype] != x.dtype or shape != list(x.shape):
                return difference("form of the derivative", f"{dtype} {shape} and {NAMES[x.dtype]} {list(x.shape)}")
            ours = self.values.read(x.dtype, shape, at)
            wrong = apart(ours, x, 8)
            if wrong.any() and self.still_wrong(program, ours, wrong, lambda other: other.gradients.get(k), True):
                return difference("derivative", f"{ours[wrong][:4].tolist()} and {x[wrong][:4].tolist()}", ours)
        return None

    def consumer(self, program, run, k):
        """The call that a value's gradient comes from: the first that reads it."""
        calls = [part for part in program.parts if isinstance(part, Call)]
        return next((call for call in calls if k in wrap.named_values(call.expression) and not call.error), calls[-1])

    def report(self, limit):
        for kind, count in self.known.most_common():
            print(f"{count:6d} {kind}")
        for (what, name), cases in sorted(self.unknown.items(), key=lambda item: -len(item[1])):
            print(f"\n{len(cases)} x {name}: {what}")
            for case in cases[:limit]:
                print(case)


def main(folder, limit=2):
    comparison = Comparison(folder)
    for program in programs(f"{folder}/programs"):
        comparison.program(program)
    comparison.report(limit)
    print(f"\n{comparison.calls} calls, {comparison.refused} refused by both, {comparison.gradients} derivatives, "
          f"{comparison.noisy} compared with noise, {len(comparison.known)} kinds of difference known")
    print(f"{comparison.passed} passed, {comparison.failed} failed")
    return comparison.failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2))
