/* What one core of this machine can do at most of the three things that training is made of; see ceilings.py. */
#include <stdint.h>

typedef float vec __attribute__((vector_size(64)));
enum { ROW = 128, VECTORS = 8, SUMS = 24 };

/* Multiply-adds that need no memory. */
void multiply_add(int64_t times, float *out) {
    vec sum[SUMS], factor = (vec){0} + 0.999f, term = (vec){0} + 1e-6f;
    for (int i = 0; i < SUMS; i++) sum[i] = (vec){0} + (float)i;
    for (int64_t n = 0; n < times; n++) {
#pragma clang loop unroll(full) /* so that all sums stay in registers */
        for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + term;
#ifdef __AVX512F__
        __asm__ volatile("" : "+v"(factor)); /* or the compiler takes turns of the loop together and spills */
#endif
    }
    for (int i = 1; i < SUMS; i++) sum[0] += sum[i];
    *(vec *)out = sum[0];
}

/* The sum of listed rows of 128 numbers. */
void gather(int64_t count, const uint16_t *list, const float *table, float *out) {
    vec sum[VECTORS] = {0};
    for (int64_t e = 0; e < count; e++)
        for (int v = 0; v < VECTORS; v++) sum[v] += *(const vec *)(table + (int64_t)list[e] * ROW + 16 * v);
    for (int v = 0; v < VECTORS; v++) *(vec *)(out + 16 * v) = sum[v];
}

/* A row added to listed rows. */
void scatter(int64_t count, const uint16_t *list, float *table, const float *row) {
    vec own[VECTORS];
    for (int v = 0; v < VECTORS; v++) own[v] = *(const vec *)(row + 16 * v);
    for (int64_t e = 0; e < count; e++)
        for (int v = 0; v < VECTORS; v++) *(vec *)(table + (int64_t)list[e] * ROW + 16 * v) += own[v];
}
