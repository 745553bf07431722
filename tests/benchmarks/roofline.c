/* What the memory must do for the spikes of a run, and nothing else: rows read, added, learnt; for targets of a width. */
#include <stdint.h>

#define ROWS(width) \
    /* Reads the rows of the neurons that fired, in order; the sum keeps the compiler from leaving it out. */ \
    uint32_t stream##width(const int64_t *indptr, const uint##width##_t *targets, const uint32_t *weights, \
                           const int32_t *spikes, int64_t n_spikes) { \
        uint32_t sum = 0; \
        for (int64_t s = 0; s < n_spikes; s++) \
            for (int64_t e = indptr[spikes[s]]; e < indptr[spikes[s] + 1]; e++) \
                sum += targets[e] + weights[e]; \
        return sum; \
    } \
    /* Adds these rows to the potentials of their targets. */ \
    void add##width(const int64_t *indptr, const uint##width##_t *targets, const float *weights, \
                    const int32_t *spikes, int64_t n_spikes, float *potentials) { \
        for (int64_t s = 0; s < n_spikes; s++) \
            for (int64_t e = indptr[spikes[s]]; e < indptr[spikes[s] + 1]; e++) \
                potentials[targets[e]] += weights[e]; \
    } \
    /* Depresses the synapses from the neurons that fire in a step, potentiates those onto them, and adds the rows. */ \
    void learn##width(const int64_t *indptr, const uint##width##_t *targets, float *weights, \
                      const int64_t *in_indptr, const uint##width##_t *sources, const uint32_t *in_edge, \
                      const int32_t *spikes, const int64_t *steps, int64_t n_steps, \
                      const float *pre, const float *post, float gain, float loss, float bound, float *potentials) { \
        const float saturation = 1.0f / bound; \
        for (int64_t t = 0; t < n_steps; t++) { \
            for (int64_t s = steps[t]; s < steps[t + 1]; s++) \
                for (int64_t e = indptr[spikes[s]]; e < indptr[spikes[s] + 1]; e++) { \
                    float w = weights[e] * (1.0f - loss * post[targets[e]]); \
                    weights[e] = w < 0.0f ? 0.0f : w > bound ? bound : w; \
                } \
            for (int64_t s = steps[t]; s < steps[t + 1]; s++) \
                for (int64_t k = in_indptr[spikes[s]]; k < in_indptr[spikes[s] + 1]; k++) { \
                    float w = weights[in_edge[k]]; \
                    w += gain * pre[sources[k]] * (1.0f - w * saturation); \
                    weights[in_edge[k]] = w < 0.0f ? 0.0f : w > bound ? bound : w; \
                } \
            add##width(indptr, targets, weights, spikes + steps[t], steps[t + 1] - steps[t], potentials); \
        } \
    }

ROWS(16)
ROWS(32)
