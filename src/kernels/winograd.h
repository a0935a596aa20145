/* Convolutions by 3 x 3 kernels with a quarter of the multiplications.
 *
 * Note [Winograd]
 * Four outputs in a row of a kernel of three are the coefficients of a product of two polynomials. A polynomial is also known by its values
 * at six points, and values are multiplied one by one: six multiplications in place of twelve, and 36 in place of 144 for a square of
 * 4 x 4 outputs (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016). So tiles of the input and the weight are
 * spread to 36 points; at each point the channels are summed by a matrix product; and what stands there is gathered to the tiles of the output.
 * The derivatives are the same with spreading and gathering exchanged.
 *
 * The points are 0, 5/8, -5/8, 3/2, -3/2 and infinity. The usual 0, 1, -1, 2, -2 would lose two more bits: errors are here about three times
 * those of a direct sum at their largest, and smaller on average. An error goes by the largest number of its tile, which a sum would have
 * read or not. So that no infinity or NaN reaches outputs that do not read it, a result with one is not taken: `done` is 0. */
#ifndef RL_KERNELS_WINOGRAD_H
#define RL_KERNELS_WINOGRAD_H

#include "convolution.h"

/* Whether it is for such a convolution, and quicker. */
int rl_winograd_pays(const rl_convolution *shape);
/* As rl_convolve() and the others; where `done` is 0 they are to be called. */
rl_status rl_winograd_convolve(const rl_convolution *shape, const float *input, const float *weight, const float *bias, float *output, int *done);
rl_status rl_winograd_input(const rl_convolution *shape, const float *output, const float *weight, float *input, int *done);
rl_status rl_winograd_weight(const rl_convolution *shape, const float *input, const float *output, float *weight, int *done);

#endif
