"""The kinds of difference that are known, each with a predicate. Why they are there: the article on differences from PyTorch."""
import re

from program import Leaf


class Difference:
    """Where a program's two runs part: at which call, in what (and why, as far as a comparison can tell), as a text."""

    def __init__(self, program, run, call, what, text, k=0, why=""):
        self.program, self.run, self.call, self.what, self.text, self.k, self.why = program, run, call, what, text.split("\n")[0], k, why

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
        """A value, or a derivative of a program, in which one of these is called."""
        if self.what == "value":
            return self.call.name.rstrip("_") in names
        return self.what == "derivative" and any(call.name.rstrip("_") in names for call in self.program.calls)


def no_kernel(d):
    return d.refused("not implemented for '")


def not_differentiable(d):
    return d.refused("is not differentiable with respect to argument|derivative for aten::\\w+ is not implemented")


KINDS = [
    ("PyTorch 1.13 has no kernel for the dtype on the CPU", no_kernel),
    ("PyTorch does not differentiate", not_differentiable),
]


def kind_of(difference):
    for name, holds in KINDS:
        if holds(difference):
            return name
    return None
