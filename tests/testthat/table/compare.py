"""/usr/bin/python3 tests/testthat/table/compare.py FOLDER [SHOWN]   runs the programs that programs.R wrote down with PyTorch, and compares.

Where no rounding takes place (the note `exact` in ops.txt) results must be equal; elsewhere they may differ by a few units in the
last place of their dtype. What differs by more is run again with noise (Parker's Monte Carlo arithmetic): around every call that
rounds, its arguments and results and the gradients on their way back are multiplied by 1 + k * epsilon, k drawn from 0, 2 and 4, or
from 0, -2 and -4. What moves then is not determined better by its inputs than that, and may differ as far. Calls that do not round
get no noise. What remains is a difference: of a kind that known.py explains, or a failure. SHOWN: how many of a sort are printed."""
import collections
import multiprocessing
import sys
import warnings

import torch

import known
from program import DTYPES, NAMES, Bytes, programs
from run import LOW, Noise, Run, magnitude

RUNS_WITH_NOISE = 12


def apart(ours, theirs, units, scale=0.0):
    """Where two tensors of one dtype and shape differ, by units in the last place of the values and of `scale`."""
    if not ours.is_floating_point():
        return ours != theirs
    nan = ours.isnan() | theirs.isnan()
    differ = ours.isnan() != theirs.isnan()
    if units == 0:
        return torch.where(nan, differ, ours != theirs)
    a, b = ours.double(), theirs.double()
    info = torch.finfo(ours.dtype)
    bound = units * info.eps * (torch.maximum(a.abs(), b.abs()) + scale) + info.tiny
    near = ((a - b).abs() <= bound) & a.isfinite() & b.isfinite()
    return torch.where(nan, differ, ~((a == b) | near))


def units_of(call, x):
    if call.exact:
        return 0
    return 2 if x.dtype in LOW else 4


class Comparison:
    """Compares, in a process that PyTorch may bring down."""

    def __init__(self, folder):
        self.bytes = Bytes(f"{folder}/values")
        self.count = collections.Counter()

    def program(self, program):
        """The kind of a known difference, or what an unknown one is: (what, where, text); None if there is none."""
        difference = self.first_difference(program, Run(program, self.bytes))
        if not difference:
            return None
        return known.kind_of(difference) or (difference.what, difference.call.name, str(difference))

    def first_difference(self, program, run):
        for call in program.calls:
            self.count["calls"] += 1
            if call.error and call in run.failures:
                self.count["refused"] += 1
                continue
            if call.error or call in run.failures:
                what = "refused by us" if call.error else "refused by PyTorch"
                return known.Difference(program, run, call, what, call.error or str(run.failures[call]))
            difference = self.results(program, run, call)
            if difference:
                return difference
        return self.derivatives(program, run) if program.out else None

    def results(self, program, run, call):
        theirs = run.results[call]
        if len(theirs) != len(call.results):
            return known.Difference(program, run, call, "number of results", f"{len(call.results)} and {len(theirs)}")
        for k, (result, x) in enumerate(zip(call.results, theirs)):
            difference = lambda what, a, b, **more: known.Difference(program, run, call, what, f"{a} and {b}", k, **more)
            if DTYPES[result.dtype] != x.dtype:
                return difference("dtype", result.dtype, NAMES.get(x.dtype, x.dtype))
            if result.sizes != list(x.shape):
                return difference("shape", result.sizes, list(x.shape), why="noise" if self.moves(program, call, k, x.shape) else "")
            if result.gradient != run.requires[call][k]:
                return difference("requires_grad", result.gradient, run.requires[call][k])
            ours = self.bytes.read(result.dtype, result.sizes, result.at)
            scale = max([1.0, magnitude(ours)] + [magnitude(run.values[j]) for j in call.reads]) if "cancels" in call.notes else 0.0
            value_of = lambda other: other.results.get(call, [None] * (k + 1))[k]
            wrong, why = self.judge(program, ours, x, apart(ours, x, units_of(call, x), scale), value_of)
            if wrong.any():
                return difference("value", ours[wrong][:4].tolist(), x[wrong][:4].tolist(), why=why, pair=(ours[wrong], x[wrong]))
        return None

    def derivatives(self, program, run):
        run.derive(program)
        last = program.calls[-1]
        if program.error and run.failure:
            return None
        if program.error or run.failure:
            what = "derivative refused by us" if program.error else "derivative refused by PyTorch"
            return known.Difference(program, run, last, what, program.error or str(run.failure))
        for k in reversed(program.into):
            if sum(run.values[k] is x for x in run.values) > 1: # PyTorch gave the same tensor twice
                continue
            self.count["derivatives"] += 1
            dtype, shape, at = program.gradients[k]
            x = run.gradients[k]
            call = next((call for call in program.calls if k in call.reads and not call.error), last)
            difference = lambda what, a, b, **more: known.Difference(program, run, call, what, f"{a} and {b}", k, **more)
            ours = self.bytes.read(dtype, shape, at) if dtype else None
            if ours is None or x is None:
                there = x if ours is None else ours
                if there is not None and there.any():
                    return difference("derivative is missing", "none" if ours is None else "one", "none" if x is None else "one")
                continue
            if ours.dtype != x.dtype or ours.shape != x.shape:
                return difference("form of the derivative", f"{dtype} {shape}", f"{NAMES[x.dtype]} {list(x.shape)}")
            cancels = any("cancels" in call.notes and k in call.reads for call in program.calls)
            scale = max(magnitude(ours), 1.0 if cancels else 0.0)
            value_of = lambda other: other.derive(program).gradients.get(k)
            wrong, why = self.judge(program, ours, x, apart(ours, x, 4 if x.dtype in LOW else 8, scale), value_of)
            if wrong.any():
                return difference("derivative", ours[wrong][:4].tolist(), x[wrong][:4].tolist(), why=why, pair=(ours[wrong], x[wrong]), whole=(ours, x))
        return None

    def judge(self, program, ours, theirs, wrong, value_of):
        """What noise does not explain, and what else does: "dense" if PyTorch agrees once its inputs are contiguous, "wide" if
        ours is nearer to the same in float64. value_of(run): the same value of another run."""
        if not wrong.any():
            return wrong, ""
        self.count["noisy"] += 1
        wrong = self.unexplained(program, ours, wrong, value_of)
        if not wrong.any():
            return wrong, ""
        dense = value_of(Run(program, self.bytes, dense=True))
        if dense is not None and dense.shape == ours.shape and not apart(ours, dense.detach(), 0)[wrong].any():
            return wrong, "dense"
        exact = value_of(Run(program, self.bytes, wide=True)) if ours.is_floating_point() else None
        if exact is None or exact.shape != ours.shape or ours.dtype == torch.float64:
            return wrong, ""
        a, b, c = (x.detach().to(ours.dtype).double()[wrong] for x in (ours, theirs, exact))
        nearer = (a == c) | (a.isnan() & c.isnan()) | ((a - c).abs() < (b - c).abs()) | a.isfinite() & ~b.isfinite() & ((a - c).abs() <= c.abs() / 4)
        return wrong, "wide" if nearer.all() else ""

    def moves(self, program, call, k, shape):
        """Whether noise changes the shape of a result, as of unique values of what was rounded."""
        torch.manual_seed(program.number)
        runs = [Run(program, self.bytes, noise=True) for _ in range(RUNS_WITH_NOISE)]
        return any(call in run.results and run.results[call][k].shape != shape for run in runs)

    def unexplained(self, program, ours, wrong, value_of):
        torch.manual_seed(program.number)
        seen = []
        for Noise.step in (2, -2) * (RUNS_WITH_NOISE // 2):
            seen.append(value_of(Run(program, self.bytes, noise=True)))
        seen = [x.detach() for x in seen if x is not None and x.shape == ours.shape and x.dtype == ours.dtype]
        if not seen:
            return wrong
        seen = torch.stack(seen)
        same = ((seen == ours) | (seen != seen) & (ours != ours)).any(0)
        if not ours.is_floating_point():
            return wrong & ~same
        odd = ~seen.isfinite()
        low, high = torch.where(odd, torch.inf, seen.double()).amin(0), torch.where(odd, -torch.inf, seen.double()).amax(0)
        near = (ours.double() - (low + high) / 2).abs() <= (high - low) * 2
        return wrong & ~same & ~near


def work(folder, rest, connection):
    comparison = Comparison(folder)
    for program in rest:
        found = comparison.program(program)
        connection.send((found, comparison.count))
        comparison.count = collections.Counter()
    connection.close()


def outcomes(folder):
    """What each program gives, with its counts, from a process that is started again behind the program that ended it."""
    fork = multiprocessing.get_context("fork")
    rest = list(programs(f"{folder}/programs"))
    while rest:
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=work, args=(folder, rest, theirs))
        process.start()
        theirs.close()
        done = 0
        try:
            while done < len(rest):
                yield ours.recv()
                done += 1
        except EOFError:
            process.join()
            if process.exitcode > 0:
                sys.exit(f"program {rest[done].number} could not be compared")
            yield known.PROCESS_ENDED, collections.Counter()
            done += 1
        process.join()
        rest = rest[done:]


def report(kinds, unknown, count, shown):
    for (what, name), texts in sorted(unknown.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{len(texts)} x {name}: {what}")
        for text in texts[:shown]:
            print(text)
        print()
    if kinds:
        print(f"{len(kinds)} kinds of difference, which the article on differences explains:")
    for kind, n in kinds.most_common():
        print(f"{n:6d} {kind}")
    print(f"{count['calls']} calls, {count['refused']} refused by both; {count['derivatives']} derivatives; noise asked {count['noisy']} times")
    failed = sum(map(len, unknown.values()))
    print(f"{count['programs'] - failed} passed, {failed} failed")
    return failed != 0


def main(folder, shown=2):
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    kinds, unknown, count = collections.Counter(), collections.defaultdict(list), collections.Counter()
    for found, counted in outcomes(folder):
        count.update(counted, programs=1)
        if isinstance(found, str):
            kinds[found] += 1
        elif found:
            unknown[found[:2]].append(found[2])
    return report(kinds, unknown, count, shown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(int(shown) for shown in sys.argv[2:3])))
