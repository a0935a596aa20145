"""The differences that are known, each with a predicate, and why they are there."""
import wrap


class Difference:
    def __init__(self, program, run, call, what, text, k=0, ours=None):
        self.program, self.run, self.call, self.what, self.text, self.k, self.ours = program, run, call, what, text, k, ours

    def needed(self):
        """The values that the call's own come from."""
        steps, k = [], 0
        for part in self.program.parts:
            made = 1 if isinstance(part, list) else len(part.results)
            steps.append((part, range(k, k + made)))
            k += made
        wanted = set(wrap.named_values(self.call.expression))
        if self.what.startswith("derivative"):
            wanted |= set(self.program.out)
        shown = []
        for part, made in reversed(steps):
            if part is self.call or wanted & set(made) or not isinstance(part, list) and wrap.writes(part, wanted):
                if not isinstance(part, list):
                    wanted |= set(wrap.named_values(part.expression))
                shown.append((part, made))
        return reversed(shown)

    def __str__(self):
        lines = [f"  program {self.program.number}: {self.text}"]
        for part, made in self.needed():
            if isinstance(part, list):
                dtype, shape, strides, offset, gradient, *_ = part
                x = self.run.values[made[0]].detach().reshape(-1)[:12].tolist() if made[0] < len(self.run.values) else ""
                lines.append(f"    V[{made[0]}]: {dtype} ({shape}) strides ({strides}) {'requires_grad ' if gradient == '1' else ''}{x}")
            else:
                made = ", ".join(f"V[{k}]" for k in made)
                lines.append(f"    {made} = {part.expression}{'  ! ' + part.error if part.error else ''}")
        if self.what.startswith("derivative"):
            lines.append(f"    derivative of {self.program.out} by {self.k}")
        return "\n".join(lines)


def no_kernel(d):
    return "refused by PyTorch" in d.what and "not implemented for '" in d.text


KINDS = [("no kernel", no_kernel)]


def kind_of(difference):
    for name, holds in KINDS:
        if holds(difference):
            return name
    return None
