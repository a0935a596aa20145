"""What programs.R writes down, read again."""
import collections
import re

import torch

DTYPES = {"Float": torch.float32, "Double": torch.float64, "Half": torch.float16, "BFloat16": torch.bfloat16, "Long": torch.int64,
          "Int": torch.int32, "Short": torch.int16, "Char": torch.int8, "Byte": torch.uint8, "Bool": torch.bool}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
VALUE = re.compile(r"V\[(\d+)\]")

Leaf = collections.namedtuple("Leaf", "dtype sizes strides offset gradient at count")
Result = collections.namedtuple("Result", "dtype sizes gradient at")


def sizes(text):
    return [int(size) for size in text.split(",")] if text else []


class Bytes:
    """The file `values`."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())

    def read(self, dtype, shape, at):
        count = torch.Size(shape).numel()
        if count == 0:
            return torch.empty(shape, dtype=DTYPES[dtype])
        return torch.frombuffer(self.bytes, dtype=DTYPES[dtype], count=count, offset=at).reshape(shape)


class Call:
    """A call: what Python evaluates, and what R got: an error, or results."""

    def __init__(self, name, notes, expression):
        self.name, self.notes, self.expression = name, notes.split(), expression
        self.code = compile(expression, expression, "eval")
        self.reads = [int(k) for k in VALUE.findall(expression)]
        self.exact = "exact" in self.notes
        self.in_place = name.endswith("_")
        self.error, self.results = None, []

    def counts_from_1(self, k):
        return f"index:{k + 1}" in self.notes


class Program:
    """Leaves and calls in their order; which values were differentiated by which, and what R got."""

    def __init__(self, number):
        self.number, self.parts, self.out, self.into, self.gradients, self.error = number, [], [], [], {}, None

    @property
    def calls(self):
        return [part for part in self.parts if isinstance(part, Call)]


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
                dtype, shape, strides, offset, gradient, at, count = fields
                program.parts.append(Leaf(dtype, sizes(shape), sizes(strides), int(offset), gradient == "1", int(at), int(count)))
            elif kind == "S":
                program.parts.append(Call(*fields))
            elif kind == "R":
                dtype, shape, gradient, at = fields
                program.parts[-1].results.append(Result(dtype, sizes(shape), gradient == "1", int(at)))
            elif kind == "G":
                program.out, program.into = sizes(fields[0]), sizes(fields[1])
            elif kind == "D":
                value, dtype, shape, at = fields
                program.gradients[int(value)] = (dtype, sizes(shape), int(at or 0))
            elif program.out:
                program.error = fields[0]
            else:
                program.parts[-1].error = fields[0]
    if program:
        yield program
