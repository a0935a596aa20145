/* Special functions that C's library lacks, in double. */
#ifndef RL_KERNELS_SPECIAL_H
#define RL_KERNELS_SPECIAL_H

double rl_special_erfinv(double y);
double rl_special_digamma(double x);
double rl_special_polygamma(int n, double x); /* the n-th derivative of digamma */
double rl_special_mvlgamma(double x, int p);
double rl_special_i0(double x);
double rl_special_i1(double x);
double rl_special_erfcx(double x);            /* exp(x^2) erfc(x) */
double rl_special_log_ndtr(double x);         /* the logarithm of the normal distribution function */
double rl_special_ndtri_exp(double y);        /* its inverse */
double rl_special_igamma(double a, double x); /* the regularised incomplete gamma functions, lower and upper */
double rl_special_igammac(double a, double x);
double rl_special_gamma_slope(double a, double x); /* how a quantile x of the gamma distribution grows with its shape a */

#endif
