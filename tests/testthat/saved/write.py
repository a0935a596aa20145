"""write.py FOLDER: files of the installed PyTorch, and what stands in each: lines of file, path, dtype, shape and values, parted by tabs."""
import os
import sys

import torch

folder = sys.argv[1]
torch.manual_seed(1)
dtypes = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def of_dtype(name):
    x = torch.arange(12).reshape(3, 4) - (0 if name == "uint8" else 5)
    return x.to(getattr(torch, name))


def leaves(value, path=()):
    if isinstance(value, torch.Tensor):
        yield path, value.detach()
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, path + (str(key),))


files = {name: {"x": of_dtype(name), "t": of_dtype(name).t(), "row": of_dtype(name)[1], "one": of_dtype(name)[0, 1]} for name in dtypes}
base = torch.randn(4, 5)
files["shared"] = {"base": base, "column": base[:, 2], "block": base[1:3, ::2]}
files["nested"] = {"epoch": {"model": {"a.weight": torch.randn(2, 3), "b": {"c": torch.randn(1)}}}, "last": torch.randn(0, 3)}
module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
files["module"] = module.state_dict()
for name, kind in {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}.items():
    optimizer = kind(module.parameters(), lr=0.1, **({"momentum": 0.9} if name == "sgd" else {}))
    module(torch.randn(2, 1, 5, 5)).pow(2).sum().backward()
    optimizer.step()
    files[name] = {"state": {str(k): s for k, s in optimizer.state_dict()["state"].items()}}
files["parameter"] = {"p": torch.nn.Parameter(torch.randn(3)), "expanded": torch.randn(3, 1).expand(3, 4)}
files["lstm"] = torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True).state_dict()
for name in ["float32", "int64", "module", "shared"]:
    files["old-" + name] = files[name]

with open(os.path.join(folder, "values"), "w") as told:
    for name, value in files.items():
        torch.save(value, os.path.join(folder, name), _use_new_zipfile_serialization=not name.startswith("old-"))
        for path, x in leaves(value):
            numbers = " ".join(repr(float(v)) for v in x.to(torch.float64).reshape(-1))
            told.write("\t".join([name, "/".join(path), str(x.dtype)[6:], " ".join(map(str, x.shape)), numbers]) + "\n")
