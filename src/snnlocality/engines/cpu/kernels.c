/* The kernels of the CPU engine: the equations of engines/interface.py, event by event.
 *
 * Compiled once per number type, surrogate and kind of neuron (kernels.py) with
 *   REAL           float or double
 *   DERIVATIVE     the surrogate's formula in x and k (neurons/formula.py, as_c)
 *   STEP, POTENTIAL, ADJOINT, DRIVE and numbers that go with them: the neuron's formulas (neurons/neuron.py, as_c)
 *
 * Two primitives carry nearly all the work:
 *   add_rows   out += the sum of the listed rows of a table. Listed are the active inputs of one step (drive of a
 *              layer, rows of W^T), or the steps at which one input was active (its weights' gradient, rows of
 *              lambda_I). Rows are held in registers over the whole list, so a row costs its loads and no store.
 *   multiply   out += A B, dense: errors on their way down (W, V, B_l are dense there), analogue input.
 *
 * Layout. Samples are worked on in chunks of G; within a chunk, row r = t * g + sample holds one step of one sample
 * (g = G, fewer in the last chunk), so that one product serves all samples of a step and one load of a recurrent
 * weight serves g of them. A row has `width` numbers, the layer's units padded to whole vectors; padding stays zero.
 * Matrices that add_rows reads are stored transposed, one contiguous row per source. Gradients walk through a chunk
 * in blocks of steps, so many that their lambda_I stays in the second-level cache while all units collect from it; where
 * input is dense, over all steps at once.
 *
 * Threads. What one worker writes and another reads travels between caches, on some machines through memory: that
 * costs more than many a kernel. So the batch is divided into a fixed number of parts, each with gradient sums of its
 * own. Up to so many workers do whole parts alone, chunk after chunk in the same place, and only the sums are joined.
 *
 * Order. Who computes a number is up to the threads, but every sum runs in an order fixed by the data, by G and by the
 * number of parts: results are the same bits for any number of threads. The width of the machine's vectors does not
 * enter either, since lanes never mix.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

typedef REAL real;
typedef uint16_t unit_index;
typedef uint16_t block_row; /* a row of a block of steps, counted from its first */
typedef uint32_t row_index;

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define TILE_ROWS 8 /* 8 x 3 sums, 3 weights: 27 of 32 registers */
#define TILE_VECTORS 3
#else
#if defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
#define TILE_ROWS 4 /* 4 x 2 sums, 2 weights, 1 factor: 11 of 16 registers; with 4 x 3 a sum would live in memory */
#define TILE_VECTORS 2
#endif
#define LIST_VECTORS 8 /* sums of one pass over a list */
#define LANES ((int64_t)(VECTOR_BYTES / sizeof(real)))
#define CACHE_LINE 64
#define LEAST_WIDTH (CACHE_LINE / (int64_t)sizeof(real)) /* rows are padded to a multiple of it */
#define MAX_LAYERS 8
#define MAX_CONSTANTS 16
#define MAX_UNITS 65536 /* what a unit_index can tell apart */

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef vec loose_vec __attribute__((aligned(sizeof(real))));
typedef bool lane_mask __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(real))));
typedef __typeof__((vec){0} > (vec){0}) lanes_of_bits; /* integers of the same size */

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const real *from) { return *(const loose_vec *)from; }
INLINE void store(real *to, vec value) { *(loose_vec *)to = value; }

/* ---- The functions that a surrogate's formula may use ---- */

#define NUMBER(c) ((real)(c))
#define SINGLE (sizeof(real) == 4)

INLINE real real_abs(real x) { return x < 0 ? -x : x; }
INLINE real real_square(real x) { return x * x; }
INLINE real real_maximum(real x, real y) { return x > y ? x : y; }
INLINE real real_step(real x) { return x > 0 ? 1 : 0; }
INLINE real real_sqrt(real x) { return (real)__builtin_sqrt((double)x); }

/* e^x = 2^n e^r with |r| <= ln 2 / 2: Taylor's series of e^r to rounding, without branches, so that it vectorises. */
INLINE real real_exp(real x) {
    const real low = SINGLE ? -87 : -708, high = SINGLE ? 88 : 709;
    const bool vanishes = x < low;
    x = x < low ? low : x > high ? high : x;
    const real n = SINGLE ? __builtin_rintf((float)(x * (real)1.44269504088896341)) : __builtin_rint(x * 1.44269504088896341);
    const real r = (x - n * NUMBER(0.693145751953125)) - n * NUMBER(1.42860682030941723e-06);
    real sum = 1;
    for (int i = SINGLE ? 7 : 13; i > 0; i--) sum = 1 + sum * r / NUMBER(i);
    union { float number; uint32_t bits; } single = {.bits = (uint32_t)((int32_t)n + 127) << 23};
    union { double number; uint64_t bits; } twice = {.bits = (uint64_t)((int64_t)n + 1023) << 52};
    return vanishes ? 0 : sum * (SINGLE ? (real)single.number : (real)twice.number);
}
INLINE real real_sigmoid(real x) { return 1 / (1 + real_exp(-x)); }

INLINE real derivative(real x, real k) { return DERIVATIVE; }

/* ---- What Python hands over (kernels.py mirrors these structures) ---- */

enum { ABOVE, READOUT, OWN }; /* where the error delivered to a layer comes from (learning/rule.py) */

enum { OF_STATES, TWO_SIDED, SMOOTHED }; /* what a synapse remembers */

typedef struct {
    real *data; /* an array (steps, samples, classes) of any layout */
    int64_t step, sample, class; /* strides in numbers */
} Strided;

typedef struct {
    int64_t units, width;
    const real *W;            /* W_l^T: (units below, width) */
    const real *V;            /* V_l^T: (units, width), or null */
    const real *O;            /* O_l^T of a layer that the readout reads besides the last: (units, class_width), or null */
    real *U;                  /* potentials: (rows, width) */
    real *states;             /* the neuron's states, one after the other: (STATES, rows, width), if KEPT */
    unit_index *spikes;       /* lists of active units, row after row, each chunk at its full capacity */
    row_index *spike_starts;  /* per chunk, rows + 1 */
    const real *delivery;     /* the matrix by which the error travels: (units or classes above, width) */
    const real *shortcut;     /* O_l: (classes, width), by which lambda_y comes besides, or null */
    const real *V_back;       /* V_l: (units, width), or null if no credit goes through recurrence */
    const real *local_readout;  /* where the layer has a loss of its own: B_l^T, (units, class_width), or null */
    real *local_errors;         /* dL_l/dY_l: (rows, class_width) */
    const real *local_delivery; /* B_l: (classes, width), by which these come besides, or null */
    real *lambda_I;           /* what weights learn by: (rows, width); may take the place of U */
    real *passed_down;        /* h times the delivered error, if the layer below gets that and not lambda_I, or null */
    real *factor;             /* of the delivered error, by a trace of the rule's own: (rows, width), or null */
    block_row *spike_rows;    /* the same spikes by unit: at which rows of a block it was active */
    row_index *spike_rows_starts; /* per chunk and block, units + 1 */
    real *dW, *dV, *dO;       /* transposed as W, V and O */
} Layer;

typedef struct {
    int64_t samples, steps, chunk, block_steps, inputs, classes, class_width, layers;
    int64_t parts;      /* into which the batch is divided for its gradients */
    int64_t truncation; /* steps of a window that credit does not leave */
    int64_t trace;      /* of the rule's own */
    double kappa, theta, slope, reset; /* reset: theta if credit goes through the reset, else 0 */
    double constants[MAX_CONSTANTS];   /* the neuron's */
    /* Of a rule's own trace: decays of the source's and of the neuron's factor, the weight of a non-causal term, and the
     * decays of current and potential that enter the neuron's factor. */
    double trace_decay, factor_decay, noncausal, alpha, beta;
    int64_t kept_rows; /* of each state in `states` */
    /* Input: packed events, or a dense current (rows, inputs), or what drives the first layer. */
    const unit_index *events;
    const int64_t *event_offsets, *event_index; /* sample b is recording event_index[b] of the packed set */
    const real *dense;
    real *drive;           /* (steps, samples, width), or null */
    const real *direction; /* the same: added `size` times */
    block_row *event_rows;        /* a chunk's events by unit */
    row_index *event_rows_starts; /* per place and block, inputs + 1 */
    int64_t event_capacity;       /* events of the fullest chunk */
    int64_t drive_step, direction_step;        /* strides in numbers; 0 of what is the same at all steps */
    double size;
    const real *W_out;                         /* W_out^T: (units of the last layer, class_width) */
    real *y_rows;                              /* (rows, class_width) */
    Strided y;                                 /* the same as people see it */
    real *lambda_y;                            /* (rows, class_width); first the errors dL/dy */
    real *error_y;                             /* room for these if they are what layers get and not lambda_y, or null */
    real *scratch; /* per worker: scratch_size numbers */
    int64_t scratch_size;
    real *dW_out;
    int64_t source; /* of the delivered error */
    int64_t loss, local_loss;
    const int64_t *targets;
    const float *mask; /* 1 where a step counts */
    int64_t target_step, target_sample, mask_step, mask_sample;
    double counted;  /* sum of the mask */
    double *losses;  /* per sample, summed over the steps that count */
    _Atomic int64_t next; /* the next chunk to be taken; zero before every task */
    Layer layer[MAX_LAYERS];
} Work;

/* Samples that are worked on together, and the place of their rows and lists in the arrays that hold them: places are
 * as many as chunks where all must be kept, as many as workers where a chunk is done with before the next begins. */
typedef struct {
    int64_t first, size, place;
} Chunk;

INLINE int64_t chunks(const Work *work) { return (work->samples + work->chunk - 1) / work->chunk; }
INLINE Chunk chunk_at(const Work *work, int64_t number, int64_t place) {
    const int64_t first = number * work->chunk, left = work->samples - first;
    return (Chunk){first, left < work->chunk ? left : work->chunk, place};
}
INLINE int64_t first_row(const Work *work, Chunk chunk) { return chunk.place * work->chunk * work->steps; }

/* ---- Sum of listed rows ---- */

INLINE void add_vectors(const int vectors, real *restrict out, const real *restrict table, int64_t stride,
                        const uint16_t *restrict list, int64_t count) {
    vec sum[LIST_VECTORS];
    for (int v = 0; v < vectors; v++) sum[v] = load(out + v * LANES);
    for (int64_t e = 0; e < count; e++) {
        const real *row = table + (int64_t)list[e] * stride;
        for (int v = 0; v < vectors; v++) sum[v] += load(row + v * LANES);
    }
    for (int v = 0; v < vectors; v++) store(out + v * LANES, sum[v]);
}
static void add_rows(real *restrict out, int64_t width, const real *restrict table, const uint16_t *restrict list,
                     int64_t count) {
    int64_t done = 0;
    if (count == 0) return;
    for (; done + LIST_VECTORS * LANES <= width; done += LIST_VECTORS * LANES)
        add_vectors(LIST_VECTORS, out + done, table + done, width, list, count);
    switch ((width - done) / LANES) {
    case 7: add_vectors(7, out + done, table + done, width, list, count); break;
    case 6: add_vectors(6, out + done, table + done, width, list, count); break;
    case 5: add_vectors(5, out + done, table + done, width, list, count); break;
    case 4: add_vectors(4, out + done, table + done, width, list, count); break;
    case 3: add_vectors(3, out + done, table + done, width, list, count); break;
    case 2: add_vectors(2, out + done, table + done, width, list, count); break;
    case 1: add_vectors(1, out + done, table + done, width, list, count); break;
    }
}

/* ---- Dense product: out[m][:] (+)= sum_k A[m * a_row + k * a_inner] B[k][:], tile by tile in registers ---- */

typedef struct {
    const real *data;
    int64_t row, inner; /* strides */
} Factors;

INLINE void tile(const bool add, const bool far, const int rows, const int vectors, real *restrict out,
                 int64_t out_stride, Factors A, const real *restrict B, int64_t b_stride, int64_t inner) {
    vec sum[TILE_ROWS][TILE_VECTORS];
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vectors; v++) sum[m][v] = add ? load(out + m * out_stride + v * LANES) : (vec){0};
    for (int64_t k = 0; k < inner; k++) {
        vec weights[TILE_VECTORS];
        for (int v = 0; v < vectors; v++) weights[v] = load(B + k * b_stride + v * LANES);
        if (far)
            for (int v = 0; v < vectors; v++) __builtin_prefetch(B + (k + 8) * b_stride + v * LANES);
        for (int m = 0; m < rows; m++)
            for (int v = 0; v < vectors; v++) sum[m][v] += A.data[m * A.row + k * A.inner] * weights[v];
    }
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vectors; v++) store(out + m * out_stride + v * LANES, sum[m][v]);
}

INLINE void tile_rows(const bool add, const bool far, const int vectors, int64_t rows, real *restrict out,
                      int64_t out_stride, Factors A, const real *restrict B, int64_t b_stride, int64_t inner) {
    int64_t m = 0;
#define TILE(rows)                                                                  \
    do {                                                                            \
        tile(add, far, rows, vectors, out, out_stride, A, B, b_stride, inner);      \
        m += rows, out += rows * out_stride, A.data += rows * A.row;                \
    } while (0)
    while (m + TILE_ROWS <= rows) TILE(TILE_ROWS);
    if (TILE_ROWS > 4 && m + 4 <= rows) TILE(4);
    if (m + 2 <= rows) TILE(2);
    if (m < rows) TILE(1);
#undef TILE
}

INLINE void product(const bool add, const bool far, int64_t rows, int64_t width, int64_t inner, real *restrict out,
                    int64_t out_stride, Factors A, const real *restrict B, int64_t b_stride) {
    int64_t n = 0;
    for (; n + TILE_VECTORS * LANES <= width; n += TILE_VECTORS * LANES)
        tile_rows(add, far, TILE_VECTORS, rows, out + n, out_stride, A, B + n, b_stride, inner);
    const int64_t left = (width - n) / LANES;
    if (TILE_VECTORS > 2 && left == 2) tile_rows(add, far, 2, rows, out + n, out_stride, A, B + n, b_stride, inner);
    if (left == 1) tile_rows(add, far, 1, rows, out + n, out_stride, A, B + n, b_stride, inner);
}

/* Numbers of a second factor from which on it comes from afar, and its rows lie too far apart for the processor to foresee
 * the next: they are fetched before they are needed. From so many on that it comes from farther than the second-level
 * cache they are copied side by side, if enough rows of `out` need them. For one in the nearest cache both are in vain. */
#define FAR 32768
#define FARTHER 262144
#define ENOUGH 32

/* out += A B with both factors copied block by block, as the tiles read them. A block of A stays in the second-level cache
 * while all panels of B meet it; the next one takes the sums up where this one leaves them, so their order stays. */
enum { BLOCK_ROWS = 2048 / sizeof(real), BLOCK_INNER = 128, PANEL = TILE_VECTORS * VECTOR_BYTES / sizeof(real) };

INLINE void copied_product(int64_t rows, int64_t width, int64_t inner, real *restrict out, Factors A,
                           const real *restrict B) {
    real of_A[BLOCK_ROWS * BLOCK_INNER], of_B[BLOCK_INNER * PANEL];
    for (int64_t m = 0; m < rows; m += BLOCK_ROWS)
        for (int64_t k = 0; k < inner; k += BLOCK_INNER) {
            const int64_t height = rows - m < BLOCK_ROWS ? rows - m : BLOCK_ROWS;
            const int64_t depth = inner - k < BLOCK_INNER ? inner - k : BLOCK_INNER;
            for (int64_t i = 0; i < height; i++)
                for (int64_t j = 0; j < depth; j++)
                    of_A[(i / TILE_ROWS * depth + j) * TILE_ROWS + i % TILE_ROWS] =
                        A.data[(m + i) * A.row + (k + j) * A.inner];
            for (int64_t n = 0; n < width; n += PANEL) {
                const int64_t side = width - n < PANEL ? width - n : PANEL;
                for (int64_t j = 0; j < depth; j++) memcpy(of_B + j * side, B + (k + j) * width + n, side * sizeof(real));
                for (int64_t i = 0; i < height; i += TILE_ROWS)
                    product(true, false, height - i < TILE_ROWS ? height - i : TILE_ROWS, side, depth,
                            out + (m + i) * width + n, width, (Factors){of_A + i * depth, 1, TILE_ROWS}, of_B, side);
            }
        }
}

/* out += A B and out = A B; all rows of out and B have `width` numbers. */
static void add_product(int64_t rows, int64_t width, int64_t inner, real *out, Factors A, const real *B) {
    if (inner * width <= FAR) product(true, false, rows, width, inner, out, width, A, B, width);
    else if (inner * width <= FARTHER || rows < ENOUGH) product(true, true, rows, width, inner, out, width, A, B, width);
    else copied_product(rows, width, inner, out, A, B);
}
static void multiply(int64_t rows, int64_t width, int64_t inner, real *out, Factors A, const real *B) {
    if (inner * width <= FAR) return product(false, false, rows, width, inner, out, width, A, B, width);
    if (inner * width <= FARTHER || rows < ENOUGH) return product(false, true, rows, width, inner, out, width, A, B, width);
    memset(out, 0, rows * width * sizeof(real));
    copied_product(rows, width, inner, out, A, B);
}

/* ---- Forward ---- */

typedef struct {
    const real *table; /* rows of `width` */
    const unit_index *list;
    int64_t count;
} Listed;

/* A bit for every lane that is true. */
INLINE uint64_t bits_of(lanes_of_bits lanes) {
#if VECTOR_BYTES == 64
    union { lane_mask mask; uint16_t bits; } packed = {.bits = 0};
    packed.mask = __builtin_convertvector(lanes, lane_mask);
    return sizeof(real) == 4 ? packed.bits : (uint8_t)packed.bits; /* 16 or 8 lanes: whole bytes */
#elif VECTOR_BYTES == 32
    return (uint64_t)(sizeof(real) == 4 ? _mm256_movemask_ps((__m256)lanes) : _mm256_movemask_pd((__m256d)lanes));
#else
    uint64_t bits = 0;
    for (int64_t lane = 0; lane < LANES; lane++) bits |= (uint64_t)(lanes[lane] & 1) << lane;
    return bits;
#endif
}

/* Where a sample's states are: state k at first + k * stride. One that is the potential is in the rows of U alone. */
typedef struct {
    real *first;
    int64_t stride;
    real *kept; /* where those of this step stay, likewise, if KEPT */
    int64_t kept_stride;
} States;

/* One step of some vectors of one sample's units, from unit n on, all in registers: d = given + listed rows of W^T +
 * listed rows of V^T, then STEP. `active` gets a bit for every unit whose potential exceeds theta. `drive` may be the row
 * that U is written to, or null. */
INLINE void fire_vectors(const int vectors, int64_t n, int64_t width, const real *drive, Listed below, Listed own,
                         const real *p, real theta, States states, const real *before, real *U,
                         uint64_t *restrict active) {
#define NUMBERS vec
    const vec threshold = theta - (vec){0}, one = 1 - (vec){0};
    vec sum[LIST_VECTORS];
    for (int v = 0; v < vectors; v++) sum[v] = drive ? load(drive + n + v * LANES) : (vec){0};
    for (int64_t e = 0; e < below.count; e++) {
        const real *row = below.table + (int64_t)below.list[e] * width + n;
        for (int v = 0; v < vectors; v++) sum[v] += load(row + v * LANES);
    }
    for (int64_t e = 0; e < own.count; e++) {
        const real *row = own.table + (int64_t)own.list[e] * width + n;
        for (int v = 0; v < vectors; v++) sum[v] += load(row + v * LANES);
    }
    for (int v = 0; v < vectors; v++) {
        const int64_t at = n + v * LANES;
        const vec u = load(before + at), d = sum[v];
        const vec s = (vec)((lanes_of_bits)one & (u > threshold));
        vec x[STATES];
        for (int k = 0; k < STATES; k++) x[k] = k == OWN_STATE ? u : load(states.first + k * states.stride + at);
        STEP
        const vec next = POTENTIAL;
        for (int k = 0; k < STATES; k++) {
            if (k != OWN_STATE) store(states.first + k * states.stride + at, x[k]);
            if (KEPT) store(states.kept + k * states.kept_stride + at, x[k]);
        }
        store(U + at, next);
        active[at / 64] |= bits_of(next > threshold) << (at % 64);
    }
#undef NUMBERS
}

/* The neuron's constants in the number type. */
#define LOAD_CONSTANTS(p)                                                              \
    real p[CONSTANTS];                                                                 \
    for (int k = 0; k < CONSTANTS; k++) p[k] = (real)work->constants[k]

/* Write first + i to `list` for every bit i that is set; returns how many. */
#if defined(__AVX512VBMI2__)
/* Without a branch per spike, which the processor could not foresee. */
INLINE int64_t list_units(uint64_t active, unit_index first, unit_index *restrict list) {
    static const unit_index lanes[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                         16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
    int64_t count = 0;
    for (int half = 0; half < 2; half++) {
        const uint32_t some = (uint32_t)(active >> (32 * half));
        const __m512i units = _mm512_add_epi16(_mm512_loadu_si512(lanes), _mm512_set1_epi16((short)(first + 32 * half)));
        const int many = __builtin_popcount(some);
        const __mmask32 used = (__mmask32)(((uint64_t)1 << many) - 1);
        _mm512_mask_storeu_epi16(list + count, used, _mm512_maskz_compress_epi16(some, units));
        count += many;
    }
    return count;
}
#else
INLINE int64_t list_units(uint64_t active, unit_index first, unit_index *restrict list) {
    int64_t count = 0;
    for (; active; active &= active - 1) list[count++] = (unit_index)(first + __builtin_ctzll(active));
    return count;
}
#endif

/* All units of one sample at one step; appends those that fire to `list` and returns how many. */
static int64_t fire(const Layer *layer, const Work *work, const real *drive, Listed below, Listed own, States states,
                    const real *before, real *U, unit_index *restrict list) {
    const int64_t width = layer->width;
    const real theta = work->theta;
    LOAD_CONSTANTS(p);
    uint64_t active[MAX_UNITS / 64];
    for (int64_t word = 0; word < (width + 63) / 64; word++) active[word] = 0;
    int64_t n = 0;
#define FIRE(vectors) \
    fire_vectors(vectors, n, width, drive, below, own, p, theta, states, before, U, active)
    for (; n + LIST_VECTORS * LANES <= width; n += LIST_VECTORS * LANES) FIRE(LIST_VECTORS);
    switch ((width - n) / LANES) {
    case 7: FIRE(7); break;
    case 6: FIRE(6); break;
    case 5: FIRE(5); break;
    case 4: FIRE(4); break;
    case 3: FIRE(3); break;
    case 2: FIRE(2); break;
    case 1: FIRE(1); break;
    }
#undef FIRE
    int64_t count = 0;
    /* Padding may fire too, where a neuron's formulas are not zero at rest. */
    for (int64_t word = layer->units / 64; word < (width + 63) / 64; word++)
        active[word] &= word > layer->units / 64 ? 0 : ((uint64_t)1 << (layer->units % 64)) - 1;
    for (int64_t word = 0; word < (width + 63) / 64; word++)
        count += list_units(active[word], (unit_index)(word * 64), list + count);
    return count;
}

/* What drives the first layer at step t. */
INLINE void drive_rows(const Work *work, int64_t t, Chunk chunk, int64_t width, real *restrict rows) {
    const real *restrict drive = work->drive + t * work->drive_step + chunk.first * width;
    const real *restrict direction = work->direction + t * work->direction_step + chunk.first * width;
    const real size = work->size;
    for (int64_t n = 0; n < chunk.size * width; n++) rows[n] = drive[n] + size * direction[n];
}

/* Steps whose dense input meets the weights at once: these pass through the caches so many times less. */
enum { DENSE_STEPS = 64 };

static void forward_layer(const Work *work, int64_t l, Chunk chunk, real *restrict scratch) {
    const Layer *layer = &work->layer[l], *below = layer - 1;
    const int64_t first = chunk.first, g = chunk.size, T = work->steps, width = layer->width;
    const int64_t row = first_row(work, chunk);
    real *U = layer->U + row * width;
    unit_index *spikes = layer->spikes + row * layer->units;
    row_index *starts = layer->spike_starts + row + chunk.place;
    real *rest = scratch + STATES * g * width; /* potentials before the first step */
    memset(scratch, 0, (STATES * g + 1) * width * sizeof(real));
    starts[0] = 0;
    for (int64_t t = 0; t < T; t++) {
        real *rows = U + t * g * width;
        if (l == 0 && work->dense && t % DENSE_STEPS == 0) {
            const Factors x = {work->dense + (first * T + t * g) * work->inputs, work->inputs, 1};
            multiply((T - t < DENSE_STEPS ? T - t : DENSE_STEPS) * g, width, work->inputs, rows, x, layer->W);
        }
        if (l == 0 && work->direction) drive_rows(work, t, chunk, width, rows);
        for (int64_t b = 0; b < g; b++) {
            const int64_t r = t * g + b;
            const real *drive = 0;
            Listed from_below = {layer->W, 0, 0}, own = {layer->V, 0, 0};
            if (l > 0) {
                const row_index *start = below->spike_starts + row + chunk.place + r;
                from_below.list = below->spikes + row * below->units + start[0];
                from_below.count = start[1] - start[0];
            } else if (work->events) {
                const int64_t *offset = work->event_offsets + work->event_index[first + b] * T + t;
                from_below.list = work->events + offset[0];
                from_below.count = offset[1] - offset[0];
            } else {
                drive = rows + b * width;
            }
            if (layer->V && t > 0) {
                own.list = spikes + starts[r - g];
                own.count = starts[r - g + 1] - starts[r - g];
            }
            const real *before = t > 0 ? rows + (b - g) * width : rest;
            const States states = {scratch + b * width, g * width, KEPT ? layer->states + (row + r) * width : 0,
                                   work->kept_rows * width};
            starts[r + 1] = starts[r] + (row_index)fire(layer, work, drive, from_below, own, states, before,
                                                        rows + b * width, spikes + starts[r]);
        }
    }
}

/* row += M s_l of row r of the chunk, with M^T as `table`: (units, width) */
INLINE void add_spikes(const Work *work, const Layer *layer, const real *table, int64_t width, real *restrict row,
                       Chunk chunk, int64_t r) {
    const int64_t first = first_row(work, chunk);
    const row_index *starts = layer->spike_starts + first + chunk.place;
    const unit_index *spikes = layer->spikes + first * layer->units;
    add_rows(row, width, table, spikes + starts[r], starts[r + 1] - starts[r]);
}

/* out = M s_l of layer l, with M^T as `table`: (units, width); out: the chunk's rows. */
static void project_chunk(const Work *work, int64_t l, const real *table, int64_t width, real *restrict out, Chunk chunk) {
    memset(out, 0, work->steps * chunk.size * width * sizeof(real));
    for (int64_t r = 0; r < work->steps * chunk.size; r++)
        add_spikes(work, &work->layer[l], table, width, out + r * width, chunk, r);
}

/* y[t] = kappa y[t-1] + W_out s_L[t] + the same of the other layers that are read. */
static void read_out(const Work *work, real *restrict y, Chunk chunk) {
    const int64_t g = chunk.size, width = work->class_width;
    const Layer *last = &work->layer[work->layers - 1];
    const real kappa = work->kappa;
    memset(y, 0, g * width * sizeof(real));
    for (int64_t r = 0; r < work->steps * g; r++) {
        real *row = y + r * width;
        if (r >= g)
            for (int64_t c = 0; c < width; c++) row[c] = kappa * row[c - g * width];
        add_spikes(work, last, work->W_out, width, row, chunk, r);
        for (const Layer *layer = work->layer; layer < last; layer++)
            if (layer->O) add_spikes(work, layer, layer->O, width, row, chunk, r);
    }
}

/* The chunk's rows as people see them, (steps, samples, classes). */
static void spread(const Work *work, const real *rows, int64_t width, const Strided *out, int64_t classes,
                   Chunk chunk) {
    const int64_t g = chunk.size;
    for (int64_t c = 0; c < classes; c++)
        for (int64_t t = 0; t < work->steps; t++)
            for (int64_t b = 0; b < g; b++)
                out->data[t * out->step + (chunk.first + b) * out->sample + c * out->class] = rows[(t * g + b) * width + c];
}

static void forward_chunk(const Work *work, Chunk chunk, real *restrict scratch) {
    for (int64_t l = 0; l < work->layers; l++) forward_layer(work, l, chunk, scratch);
    real *y = work->y_rows + first_row(work, chunk) * work->class_width;
    read_out(work, y, chunk);
    spread(work, y, work->class_width, &work->y, work->classes, chunk);
}

/* ---- Losses (learning/losses.py), so that a chunk is learned from while it is in the cache ---- */

enum { CROSS_ENTROPY, SQUARED_ERROR, SMOOTH_L1, TARGET_PROJECTION }; /* as learning/optimisation.py lists them */

enum { TOGETHER = 8 }; /* rows whose losses are taken at a time: none waits for the sums of another */

INLINE void cross_entropy(int64_t rows, int64_t classes, int64_t width, const int64_t *target, real *restrict y,
                          double *restrict loss) {
    real highest[TOGETHER], chosen[TOGETHER], total[TOGETHER];
    for (int64_t r = 0; r < rows; r++) {
        const real *row = y + r * width;
        highest[r] = row[0];
        for (int64_t c = 1; c < classes; c++) highest[r] = row[c] > highest[r] ? row[c] : highest[r];
        chosen[r] = row[target[r]] - highest[r];
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < width; c++) y[r * width + c] = real_exp(y[r * width + c] - highest[r]); /* padding too */
    for (int64_t r = 0; r < rows; r++) {
        total[r] = 0;
        for (int64_t c = 0; c < classes; c++) total[r] += y[r * width + c];
    }
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t c = 0; c < width; c++) y[r * width + c] /= total[r];
        y[r * width + target[r]] -= 1;
        loss[r] = log((double)total[r]) - (double)chosen[r];
    }
}

/* The loss of each of some readouts, rows of `width` numbers of which `classes` count; y becomes its derivative. */
INLINE void losses_and_derivatives(int64_t kind, int64_t rows, int64_t classes, int64_t width, const int64_t *target,
                                   real *restrict y, double *restrict loss) {
    if (kind == CROSS_ENTROPY) return cross_entropy(rows, classes, width, target, y, loss);
    for (int64_t r = 0; r < rows; r++, y += width) {
        if (kind == TARGET_PROJECTION) {
            loss[r] = -y[target[r]];
            for (int64_t c = 0; c < classes; c++) y[c] = c == target[r] ? -1 : 0;
            continue;
        }
        loss[r] = 0;
        y[target[r]] -= 1;
        for (int64_t c = 0; c < classes; c++) {
            const double size = real_abs(y[c]);
            const bool linear = kind == SMOOTH_L1 && size >= 1;
            loss[r] += linear ? size - 0.5 : 0.5 * size * size;
            if (linear) y[c] = y[c] > 0 ? 1 : -1;
        }
    }
}

/* Errors of the mean loss from the chunk's readouts, rows of class_width; `losses`, if asked for, per sample. */
static void take_loss(const Work *work, int64_t kind, const real *readout, real *errors, Chunk chunk, double *losses) {
    const int64_t g = chunk.size, rows = work->steps * g, width = work->class_width, classes = work->classes;
    for (int64_t first = 0, t = 0, b = 0; first < rows; first += TOGETHER) {
        const int64_t some = rows - first < TOGETHER ? rows - first : TOGETHER;
        int64_t sample[TOGETHER], target[TOGETHER];
        float counts[TOGETHER];
        double loss[TOGETHER];
        real *y = errors + first * width;
        memmove(y, readout + first * width, some * width * sizeof(real));
        for (int64_t r = 0; r < some; r++) {
            sample[r] = chunk.first + b;
            target[r] = work->targets[t * work->target_step + sample[r] * work->target_sample];
            counts[r] = work->mask[t * work->mask_step + sample[r] * work->mask_sample];
            if (++b == g) b = 0, t++;
        }
        /* A width that the compiler knows leaves no loops. */
        if (width == LEAST_WIDTH) losses_and_derivatives(kind, some, classes, LEAST_WIDTH, target, y, loss);
        else losses_and_derivatives(kind, some, classes, width, target, y, loss);
        for (int64_t r = 0; r < some; r++, y += width) {
            const real weight = (real)counts[r] / (real)work->counted;
            if (losses) losses[sample[r]] += loss[r] * counts[r];
            for (int64_t c = 0; c < classes; c++) y[c] *= weight;
            for (int64_t c = classes; c < width; c++) y[c] = 0;
        }
    }
}

/* ---- Backward: the adjoint scan, from t = T down to 1 ---- */

/* Whether credit from step t + 1 does not reach step t. */
INLINE bool ends_window(const Work *work, int64_t t) { return (t + 1) % work->truncation == 0; }

/* lambda_y[t] = kappa lambda_y[t+1] + dL/dy[t], in place of the errors dL/dy */
static void adjoint_readout(const Work *work, Chunk chunk) {
    const int64_t g = chunk.size, T = work->steps, width = work->class_width;
    const real kappa = work->kappa;
    real *restrict lambda = work->lambda_y + first_row(work, chunk) * width;
    if (work->error_y) memcpy(work->error_y + first_row(work, chunk) * width, lambda, T * g * width * sizeof(real));
    for (int64_t t = T - 2; t >= 0; t--)
        if (!ends_window(work, t))
            for (int64_t n = t * g * width; n < (t + 1) * g * width; n++) lambda[n] += kappa * lambda[n + g * width];
}

/* One step of the costates, one after the other in `costates`. `row` gets the derivative by what drives the neuron, and may
 * be the row that holds the potential; `now` too, which is among the costates if it is one of them. */
INLINE void adjoint_step(int64_t width, const Work *work, const real *potential, const real *restrict delivered,
                         real *restrict costates, const real *restrict states, const real *restrict before,
                         int64_t stride, real *now, real *row) {
#define NUMBERS real
    const real theta = work->theta, reset = work->reset, k_surrogate = work->slope;
    LOAD_CONSTANTS(p);
    (void)reset, (void)p, (void)states, (void)before, (void)stride, (void)now;
#pragma clang loop vectorize(assume_safety) /* row may be potential itself, never a part of it */
    for (int64_t n = 0; n < width; n++) {
        const real h = derivative(potential[n] - theta, k_surrogate), G = delivered[n];
        real c[COSTATES];
        for (int k = 0; k < COSTATES; k++) c[k] = costates[k * width + n];
#if KEPT
        real at[STATES], past[STATES];
        for (int k = 0; k < STATES; k++) {
            at[k] = states[k * stride + n];
            past[k] = before ? before[k * stride + n] : 0;
        }
#endif
        ADJOINT
        for (int k = 0; k < COSTATES; k++) costates[k * width + n] = c[k];
        row[n] = DRIVE;
        if (OWN_COSTATE < 0) now[n] = row[n];
    }
#undef NUMBERS
}

/* One step where the rule has a trace of its own: now = decay now + h delivered. */
INLINE void trace_step(int64_t width, const Work *work, const real *potential, const real *restrict delivered,
                       real *restrict now, real *row) {
    const real theta = work->theta, k = work->slope, decay = work->trace_decay;
#pragma clang loop vectorize(assume_safety) /* as above */
    for (int64_t n = 0; n < width; n++)
        row[n] = now[n] = decay * now[n] + derivative(potential[n] - theta, k) * delivered[n];
}

/* By what a trace of the rule's own multiplies the error of each step (learning/rule.py): p[t-1] or f_U[t]. */
static void find_factors(const Work *work, const Layer *layer, Chunk chunk) {
    const int64_t T = work->steps, size = chunk.size * layer->width, first = first_row(work, chunk) * layer->width;
    const real theta = work->theta, k = work->slope, decay = work->factor_decay, reset = work->reset;
    const real alpha = work->alpha, beta = work->beta;
    const real *U = layer->U + first;
    real *now = layer->factor + first, f_I = 1 - decay;
    for (int64_t n = 0; n < size; n++) now[n] = work->trace == SMOOTHED ? 1 - decay : 0;
    for (int64_t t = 1; t < T; t++, U += size, now += size) {
        for (int64_t n = 0; n < size; n++) {
            const real h = derivative(U[n] - theta, k);
            now[n + size] = work->trace == SMOOTHED
                                ? decay * ((beta - reset * h) * now[n] + alpha * f_I) + (1 - decay)
                                : decay * now[n] + h;
        }
        f_I = decay * alpha * f_I + (1 - decay);
    }
}

/* out = h delivered */
INLINE void pass_down(int64_t width, const Work *work, const real *potential, const real *delivered, real *out) {
    const real theta = work->theta, k = work->slope;
    for (int64_t n = 0; n < width; n++) out[n] = derivative(potential[n] - theta, k) * delivered[n];
}

static void adjoint_layer(const Work *work, int64_t l, Chunk chunk, real *restrict scratch) {
    const Layer *layer = &work->layer[l], *above = layer + 1;
    const int64_t g = chunk.size, T = work->steps, width = layer->width, first = first_row(work, chunk);
    const real *U = layer->U + first * width;
    real *lambda_I = layer->lambda_I + first * width;
    real *delivered = scratch, *costates = delivered + g * width;
    real *now = costates + (OWN_COSTATE < 0 ? COSTATES : OWN_COSTATE) * g * width; /* lambda_I */
    const bool from_above = work->source == ABOVE && l < work->layers - 1;
    const real *of_readout = work->error_y ? work->error_y : work->lambda_y;
    const real *of_above = from_above && above->passed_down ? above->passed_down : above->lambda_I;
    if (layer->factor) find_factors(work, layer, chunk);
    for (int64_t t = T - 1; t >= 0; t--) {
        if (t == T - 1 || ends_window(work, t)) memset(costates, 0, (COSTATES + 1) * g * width * sizeof(real));
        /* The potentials of the step before are needed next; backwards in time the hardware does not foresee it. */
        for (int64_t n = 0; t > 0 && n < g * width; n += LEAST_WIDTH)
            __builtin_prefetch(U + (t - 1) * g * width + n);
        const int64_t row = first + t * g, sources = from_above ? above->units : work->classes;
        const real *of_classes = work->source == OWN ? layer->local_errors : of_readout;
        const Factors error = from_above ? (Factors){of_above + row * above->width, above->width, 1}
                                         : (Factors){of_classes + row * work->class_width, work->class_width, 1};
        multiply(g, width, sources, delivered, error, layer->delivery);
        if (layer->shortcut) {
            const Factors besides = {of_readout + row * work->class_width, work->class_width, 1};
            add_product(g, width, work->classes, delivered, besides, layer->shortcut);
        }
        if (layer->local_delivery) {
            const Factors of_loss = {layer->local_errors + row * work->class_width, work->class_width, 1};
            add_product(g, width, work->classes, delivered, of_loss, layer->local_delivery);
        }
        const int64_t at = t * g * width;
        const real *factor = layer->factor ? layer->factor + first * width + at : 0;
        if (layer->passed_down) pass_down(g * width, work, U + at, delivered, layer->passed_down + first * width + at);
        if (layer->V_back) add_product(g, width, layer->units, delivered, (Factors){now, width, 1}, layer->V_back);
        if (work->trace == SMOOTHED)
            for (int64_t n = 0; n < g * width; n++) delivered[n] *= factor[n];
        const real *states = KEPT ? layer->states + first * width + at : 0;
        const real *before = KEPT && t > 0 ? states - g * width : 0;
        if (work->trace == OF_STATES)
            adjoint_step(g * width, work, U + at, delivered, costates, states, before, work->kept_rows * width, now,
                         lambda_I + at);
        else
            trace_step(g * width, work, U + at, delivered, now, lambda_I + at);
        if (work->trace == TWO_SIDED)
            for (int64_t n = 0; n < g * width; n++)
                lambda_I[at + n] += (real)work->noncausal * delivered[n] * factor[n];
    }
}

INLINE int64_t blocks(const Work *work) { return (work->steps + work->block_steps - 1) / work->block_steps; }
INLINE int64_t block_end(const Work *work, int64_t begin) {
    return begin + work->block_steps < work->steps ? begin + work->block_steps : work->steps;
}

/* Lists of active units per row into lists of rows per unit, block by block: a stable counting sort.
 * starts: units + 1 numbers; unit u was active at rows[starts[u] .. starts[u + 1]]. */
INLINE void count_units(row_index *restrict starts, const unit_index *restrict list, int64_t count) {
    for (int64_t e = 0; e < count; e++) starts[list[e] + 1]++;
}
INLINE void add_up(row_index *restrict starts, int64_t units) {
    for (int64_t u = 0; u < units; u++) starts[u + 1] += starts[u];
}
INLINE void place_row(row_index *restrict next, block_row *restrict rows, block_row row,
                      const unit_index *restrict list, int64_t count) {
    for (int64_t e = 0; e < count; e++) rows[next[list[e]]++] = row;
}
/* After placing, next[u] has moved on to the start of u + 1: shift it back. */
INLINE void shift_starts(row_index *starts, row_index begin, int64_t units) {
    memmove(starts + 1, starts, units * sizeof(row_index));
    starts[0] = begin;
}

static void sort_events(const Work *work, Chunk chunk) {
    const int64_t g = chunk.size, T = work->steps, *index = work->event_index + chunk.first;
    row_index *starts = work->event_rows_starts + chunk.place * blocks(work) * (work->inputs + 1);
    block_row *rows = work->event_rows + chunk.place * work->event_capacity;
    row_index placed = 0;
    for (int64_t begin = 0; begin < T; begin += work->block_steps, starts += work->inputs + 1) {
        const int64_t end = block_end(work, begin);
        memset(starts, 0, (work->inputs + 1) * sizeof(row_index));
        starts[0] = placed;
        for (int64_t b = 0; b < g; b++) {
            const int64_t *offset = work->event_offsets + index[b] * T;
            count_units(starts, work->events + offset[begin], offset[end] - offset[begin]);
        }
        add_up(starts, work->inputs);
        for (int64_t t = begin; t < end; t++)
            for (int64_t b = 0; b < g; b++) {
                const int64_t *offset = work->event_offsets + index[b] * T + t;
                place_row(starts, rows, (block_row)((t - begin) * g + b), work->events + offset[0], offset[1] - offset[0]);
            }
        shift_starts(starts, placed, work->inputs);
        placed = starts[work->inputs];
    }
}

static void sort_spikes(const Work *work, const Layer *layer, Chunk chunk) {
    const int64_t g = chunk.size, T = work->steps, first = first_row(work, chunk);
    const row_index *list_starts = layer->spike_starts + first + chunk.place;
    const unit_index *spikes = layer->spikes + first * layer->units;
    row_index *starts = layer->spike_rows_starts + chunk.place * blocks(work) * (layer->units + 1);
    block_row *rows = layer->spike_rows + first * layer->units;
    for (int64_t begin = 0; begin < T; begin += work->block_steps, starts += layer->units + 1) {
        const int64_t from = begin * g, to = block_end(work, begin) * g;
        memset(starts, 0, (layer->units + 1) * sizeof(row_index));
        starts[0] = list_starts[from];
        count_units(starts, spikes + list_starts[from], list_starts[to] - list_starts[from]);
        add_up(starts, layer->units);
        for (int64_t r = from; r < to; r++)
            place_row(starts, rows, (block_row)(r - from), spikes + list_starts[r], list_starts[r + 1] - list_starts[r]);
        shift_starts(starts, list_starts[from], layer->units);
    }
}

static void adjoint_chunk(const Work *work, Chunk chunk, real *restrict scratch) {
    adjoint_readout(work, chunk);
    for (int64_t l = work->layers - 1; l >= 0; l--) adjoint_layer(work, l, chunk, scratch);
}

/* What gradients of weights are collected by. */
static void sort_chunk(const Work *work, Chunk chunk) {
    if (work->events) sort_events(work, chunk);
    for (int64_t l = 0; l < work->layers; l++) sort_spikes(work, &work->layer[l], chunk);
}

static void learn_chunk(const Work *work, Chunk chunk, real *restrict scratch) {
    forward_chunk(work, chunk, scratch);
    const int64_t at = first_row(work, chunk) * work->class_width;
    take_loss(work, work->loss, work->y_rows + at, work->lambda_y + at, chunk, work->losses);
    for (int64_t l = 0; l < work->layers; l++) {
        const Layer *layer = &work->layer[l];
        if (!layer->local_readout) continue;
        project_chunk(work, l, layer->local_readout, work->class_width, layer->local_errors + at, chunk);
        take_loss(work, work->local_loss, layer->local_errors + at, layer->local_errors + at, chunk, 0);
    }
    adjoint_chunk(work, chunk, scratch);
    sort_chunk(work, chunk);
}

/* ---- Gradients of the weights: sums of each part of the batch, then of the parts ---- */

/* Rows (sources) of a matrix are dealt out in blocks to `of` workers, all at once where there is one; a worker keeps its
 * own from task to task. */
enum { ROW_BLOCK = 8 };
typedef struct {
    int64_t number, of;
} Share;

INLINE int64_t row_block(Share share, int64_t rows) { return share.of > 1 ? ROW_BLOCK : rows; }

#define FOR_ROW_BLOCKS(rows, share, begin, count)                                                                     \
    for (int64_t block_ = row_block(share, rows), begin = (share).number * block_, count;                             \
         begin < (rows) && (count = (rows)-begin < block_ ? (rows)-begin : block_); begin += (share).of * block_)

/* A matrix of gradients, transposed as its weights: one sum after the other, (units below, width) each. */
typedef struct {
    real *sums;
    int64_t units, width;
} Gradient;

INLINE Gradient readout_gradient(const Work *work) {
    return (Gradient){work->dW_out, work->layer[work->layers - 1].units, work->class_width};
}
INLINE Gradient input_gradient(const Work *work, int64_t l) {
    const Layer *layer = &work->layer[l];
    return (Gradient){layer->dW, l ? layer[-1].units : work->inputs, layer->width};
}
INLINE Gradient recurrent_gradient(const Layer *layer) {
    return (Gradient){layer->dV, layer->dV ? layer->units : 0, layer->width};
}
INLINE Gradient direct_gradient(const Work *work, const Layer *layer) {
    return (Gradient){layer->dO, layer->dO ? layer->units : 0, work->class_width};
}
INLINE real *sum_of(Gradient gradient, int64_t part) {
    return gradient.sums + part * gradient.units * gradient.width;
}

INLINE void clear(Gradient gradient, int64_t part, Share share) {
    real *d = sum_of(gradient, part);
    FOR_ROW_BLOCKS(gradient.units, share, begin, count)
        memset(d + begin * gradient.width, 0, count * gradient.width * sizeof(real));
}

/* The first part's sum += the other parts'. */
INLINE void join(Gradient gradient, int64_t parts, Share share) {
    for (int64_t part = 1; part < parts; part++) {
        real *restrict d = gradient.sums;
        const real *restrict other = sum_of(gradient, part);
        FOR_ROW_BLOCKS(gradient.units, share, begin, count)
            for (int64_t n = begin * gradient.width; n < (begin + count) * gradient.width; n++) d[n] += other[n];
    }
}

/* d[u] += the sum of `lambda` over the rows at which u was active, `delay` rows later; `rows`: those that there are */
INLINE void listed_gradient(Gradient gradient, int64_t part, int64_t rows, int64_t delay, const real *restrict lambda,
                            const row_index *restrict starts, const block_row *restrict list, Share share) {
    const int64_t width = gradient.width;
    real *restrict d = sum_of(gradient, part);
    FOR_ROW_BLOCKS(gradient.units, share, begin, units)
        for (int64_t u = begin; u < begin + units; u++) {
            int64_t count = (int64_t)starts[u + 1] - starts[u];
            /* What was active in the last step of all has no effect any more; rows are sorted. */
            if (delay)
                while (count > 0 && list[starts[u] + count - 1] + delay >= rows) count--;
            add_rows(d + u * width, width, lambda + delay * width, list + starts[u], count);
        }
}

/* d += x^T lambda over `rows` rows */
INLINE void dense_gradient(Gradient gradient, int64_t part, int64_t rows, const real *restrict x,
                           const real *restrict lambda, Share share) {
    real *restrict d = sum_of(gradient, part);
    FOR_ROW_BLOCKS(gradient.units, share, begin, sources)
        add_product(sources, gradient.width, rows, d + begin * gradient.width, (Factors){x + begin, 1, gradient.units},
                    lambda);
}

/* Add a chunk's gradients to the sums of its part, block of steps by block of steps. */
static void collect(const Work *work, int64_t part, Chunk chunk, Share share) {
    const int64_t T = work->steps, inputs = work->inputs, L = work->layers, g = chunk.size;
    if (work->dense)
        dense_gradient(input_gradient(work, 0), part, T * g, work->dense + chunk.first * T * inputs,
                       work->layer->lambda_I + first_row(work, chunk) * work->layer->width, share);
    for (int64_t begin = 0, block = chunk.place * blocks(work); begin < T; begin += work->block_steps, block++) {
        const int64_t first = first_row(work, chunk) + begin * g, rows = (T - begin) * g; /* from the block on */
        for (int64_t l = 0; l < L; l++) {
            const Layer *layer = &work->layer[l], *above = layer + 1;
            const int64_t width = layer->width;
            const real *lambda = layer->lambda_I + first * width;
            const row_index *starts = layer->spike_rows_starts + block * (layer->units + 1);
            const block_row *spikes = layer->spike_rows + first_row(work, chunk) * layer->units;
            if (l == 0 && work->events)
                listed_gradient(input_gradient(work, 0), part, rows, 0, lambda,
                                work->event_rows_starts + block * (inputs + 1),
                                work->event_rows + chunk.place * work->event_capacity, share);
            if (layer->dV) listed_gradient(recurrent_gradient(layer), part, rows, g, lambda, starts, spikes, share);
            if (l < L - 1)
                listed_gradient(input_gradient(work, l + 1), part, rows, 0, above->lambda_I + first * above->width,
                                starts, spikes, share);
            if (l == L - 1 || layer->dO)
                listed_gradient(l == L - 1 ? readout_gradient(work) : direct_gradient(work, layer), part, rows, 0,
                                work->lambda_y + first * work->class_width, starts, spikes, share);
        }
    }
}

static void clear_part(const Work *work, int64_t part, Share share) {
    clear(readout_gradient(work), part, share);
    for (int64_t l = 0; l < work->layers; l++) {
        clear(input_gradient(work, l), part, share);
        clear(recurrent_gradient(&work->layer[l]), part, share);
        clear(direct_gradient(work, &work->layer[l]), part, share);
    }
}

/* The number of the first chunk of a part. */
INLINE int64_t part_begin(const Work *work, int64_t part) { return part * chunks(work) / work->parts; }

/* ---- Tasks: what Python spreads over threads (threads.c); each worker calls them with its own number ---- */

INLINE real *scratch_of(const Work *work, int64_t worker) { return work->scratch + worker * work->scratch_size; }

/* A worker takes the next chunk until none is left; every chunk keeps a place of its own. */
INLINE bool take_chunk(Work *work, Chunk *chunk) {
    const int64_t number = atomic_fetch_add(&work->next, 1);
    *chunk = chunk_at(work, number, number);
    return number < chunks(work);
}

void forward(Work *work, int64_t worker, int64_t workers) {
    (void)workers;
    for (Chunk chunk; take_chunk(work, &chunk);) forward_chunk(work, chunk, scratch_of(work, worker));
}

/* W_1 x of events: `drive` is written. */
void drive(Work *work, int64_t worker, int64_t workers) {
    (void)worker, (void)workers;
    const Layer *layer = work->layer;
    for (Chunk chunk; take_chunk(work, &chunk);)
        for (int64_t b = chunk.first; b < chunk.first + chunk.size; b++)
            for (int64_t t = 0; t < work->steps; t++) {
                const int64_t *offset = work->event_offsets + work->event_index[b] * work->steps + t;
                real *row = work->drive + (t * work->samples + b) * layer->width;
                memset(row, 0, layer->width * sizeof(real));
                add_rows(row, layer->width, layer->W, work->events + offset[0], offset[1] - offset[0]);
            }
}

/* From given errors. */
void adjoint(Work *work, int64_t worker, int64_t workers) {
    (void)workers;
    for (Chunk chunk; take_chunk(work, &chunk);) adjoint_chunk(work, chunk, scratch_of(work, worker));
}

/* After it, for `gradients`. */
void sort(Work *work, int64_t worker, int64_t workers) {
    (void)worker, (void)workers;
    for (Chunk chunk; take_chunk(work, &chunk);) sort_chunk(work, chunk);
}

/* Forward, losses, adjoint and sort; `gradients` makes the rest. */
void learn(Work *work, int64_t worker, int64_t workers) {
    (void)workers;
    for (Chunk chunk; take_chunk(work, &chunk);) learn_chunk(work, chunk, scratch_of(work, worker));
}

/* Sums of every part, from chunks that are all kept: as many workers share a part as there are. */
void gradients(const Work *work, int64_t worker, int64_t workers) {
    for (int64_t part = worker % work->parts; part < work->parts; part += workers) {
        const int64_t sharing = (workers - part + work->parts - 1) / work->parts;
        const Share share = {worker / work->parts, sharing > 1 ? sharing : 1};
        clear_part(work, part, share);
        for (int64_t number = part_begin(work, part); number < part_begin(work, part + 1); number++)
            collect(work, part, chunk_at(work, number, number), share);
    }
}

/* `learn` and `gradients` of whole parts, every chunk in the worker's own place: what a worker writes nobody else
 * reads, and most of it stays in its own cache. For no more workers than parts. */
void learn_parts(const Work *work, int64_t worker, int64_t workers) {
    const Share all = {0, 1};
    for (int64_t part = worker; part < work->parts; part += workers) {
        clear_part(work, part, all);
        for (int64_t number = part_begin(work, part); number < part_begin(work, part + 1); number++) {
            const Chunk chunk = chunk_at(work, number, worker);
            learn_chunk(work, chunk, scratch_of(work, worker));
            collect(work, part, chunk, all);
        }
    }
}

/* The gradients of all parts, where those of the first were. */
void join_parts(const Work *work, int64_t worker, int64_t workers) {
    const Share share = {worker, workers};
    join(readout_gradient(work), work->parts, share);
    for (int64_t l = 0; l < work->layers; l++) {
        join(input_gradient(work, l), work->parts, share);
        join(recurrent_gradient(&work->layer[l]), work->parts, share);
        join(direct_gradient(work, &work->layer[l]), work->parts, share);
    }
}

/* ---- What Python calls besides ---- */

/* out = M s_l of any matrix M of so many rows, M^T as `table`: (units, width); `rows`: room for one chunk. */
void project(const Work *work, int64_t l, const real *table, int64_t matrix_rows, int64_t width, real *rows,
             const Strided *out) {
    for (int64_t number = 0; number < chunks(work); number++) {
        const Chunk chunk = chunk_at(work, number, number);
        project_chunk(work, l, table, width, rows, chunk);
        spread(work, rows, width, out, matrix_rows, chunk);
    }
}

/* Spikes of every unit of layer l, those of step t and sample b counted mask[t * samples + b] times. */
void count_spikes(const Work *work, int64_t l, const float *mask, double *counts) {
    const Layer *layer = &work->layer[l];
    for (int64_t number = 0; number < chunks(work); number++) {
        const Chunk chunk = chunk_at(work, number, number);
        const int64_t first = first_row(work, chunk);
        const row_index *starts = layer->spike_starts + first + chunk.place;
        const unit_index *spikes = layer->spikes + first * layer->units;
        for (int64_t r = 0; r < work->steps * chunk.size; r++)
            for (row_index e = starts[r]; e < starts[r + 1]; e++)
                counts[spikes[e]] += mask[r / chunk.size * work->samples + chunk.first + r % chunk.size];
    }
}

/* learning/adam.py: one matrix of `rows` rows of `width` numbers, and how far apart the rows of each array are. */
typedef struct {
    int64_t rows, width, weight_stride, gradient_stride, first_stride, second_stride;
    real *weight, *first, *second;
    const real *gradient;
} Matrix;

typedef struct {
    const Matrix *matrices;
    int64_t count;
    double rate, scale, new_first, new_second, epsilon;
} AdamWork;

/* A task: a worker owns whole rows. */
void adam(const AdamWork *work, int64_t worker, int64_t workers) {
    const real rate = work->rate, scale = work->scale, new_first = work->new_first, new_second = work->new_second,
               epsilon = work->epsilon;
    const Share share = {worker, workers};
    for (const Matrix *matrix = work->matrices; matrix < work->matrices + work->count; matrix++)
        FOR_ROW_BLOCKS(matrix->rows, share, begin, count)
            for (int64_t row = begin; row < begin + count; row++) {
                real *restrict w = matrix->weight + row * matrix->weight_stride;
                real *restrict m = matrix->first + row * matrix->first_stride;
                real *restrict v = matrix->second + row * matrix->second_stride;
                const real *restrict g = matrix->gradient + row * matrix->gradient_stride;
                for (int64_t n = 0; n < matrix->width; n++) {
                    m[n] += new_first * (g[n] - m[n]);
                    v[n] += new_second * (g[n] * g[n] - v[n]);
                    const real root = SINGLE ? __builtin_sqrtf((float)v[n]) : __builtin_sqrt(v[n]);
                    w[n] -= rate * m[n] / (scale * root + epsilon);
                }
            }
}

/* So that Python can check its mirror of the structures. */
const int64_t size_of_work = sizeof(Work), size_of_layer = sizeof(Layer), size_of_matrix = sizeof(Matrix),
              size_of_adam_work = sizeof(AdamWork);
