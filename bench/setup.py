# What the workloads work on: setup.R, in PyTorch's words.
import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(1)
a = torch.ones(2, 2)
b = torch.ones(2, 2)
w = torch.ones(2, 2, requires_grad=True)

u = torch.randn(10**7)
v = torch.randn(10**7)
p = torch.rand(10**7)
m = torch.randn(3000, 3000)
r = torch.randn(3000)
million = torch.randn(10**6)
host = np.asfortranarray(np.random.randn(1000, 1000))
from_host = torch.tensor(host, dtype=torch.float32)
f = torch.randn(1024, 1024)
d = torch.randn(1024, 1024, dtype=torch.double)
stack = torch.randn(16, 64, 1024)


def tutorial():
    x = torch.ones(2, 2, requires_grad=True)
    y = x + 2
    out = (y * y * 3).mean()
    out.backward()
    return x.grad


def chain(n):
    y = w
    for i in range(n):
        y = y * 1.0001
    y.sum().backward()


def twice():
    x = torch.ones(2, 2, requires_grad=True)
    first = torch.autograd.grad((x**3).sum(), x, create_graph=True)[0]
    return torch.autograd.grad(first.sum(), x)


regression = [
    torch.randn(3, 32, requires_grad=True), torch.zeros(1, 32, requires_grad=True),
    torch.randn(32, 1, requires_grad=True), torch.zeros(1, 1, requires_grad=True),
]
regression_x = torch.randn(100, 3)
regression_y = torch.randn(100, 1)


def regression_step():
    hidden = regression_x.mm(regression[0]).add(regression[1]).clamp(min=0)
    loss = (hidden.mm(regression[2]).add(regression[3]) - regression_y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in regression:
            parameter.sub_(1e-4 * parameter.grad)
            parameter.grad.zero_()


design = torch.randn(10000, 20, dtype=torch.double)
truth = (torch.rand(10000, dtype=torch.double) < 0.4).double()
beta = torch.zeros(20, dtype=torch.double, requires_grad=True)


def logistic(beta):
    z = design.mv(beta)
    return (z.clamp(min=0) - z * truth + torch.log1p(torch.exp(-z.abs()))).mean()


def logistic_hessian():
    gradient = torch.autograd.grad(logistic(beta), beta, create_graph=True)[0]
    return torch.stack([torch.autograd.grad(gradient[k], beta, retain_graph=True)[0] for k in range(20)])


def scaled(*sizes):
    return (torch.randn(*sizes) * 0.05).requires_grad_(True)


classifier = [scaled(784, 512), scaled(512), scaled(512, 512), scaled(512), scaled(512, 10), scaled(10)]
images = torch.randn(1024, 784)
labels = torch.randint(0, 10, (1024, 1))


def classifier_step():
    h = (images.mm(classifier[0]) + classifier[1]).clamp(min=0)
    h = (h.mm(classifier[2]) + classifier[3]).clamp(min=0)
    scores = h.mm(classifier[4]) + classifier[5]
    loss = -F.log_softmax(scores, 1).gather(1, labels).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in classifier:
            parameter.sub_(0.01 * parameter.grad)
            parameter.grad.zero_()
