/* Moving elements: conversion between dtypes, any strides to any strides. */
#ifndef RL_KERNELS_COPY_H
#define RL_KERNELS_COPY_H

#include "loops.h"

/* from broadcasts to to's shape */
void rl_copy_elements(rl_tensor *to, rl_tensor *from);
/* Floating elements of one dtype and shape, added one after the other: to's may overlap. */
rl_status rl_add_elements(rl_tensor *to, rl_tensor *from);
/* Zeros above (or below) a diagonal of the matrices in the last two dimensions; element (i, j) lies on diagonal j - i. */
void rl_zero_triangle(rl_tensor *to, int64_t diagonal, int below);
void rl_fill_elements(rl_tensor *to, rl_scalar value);

#endif
