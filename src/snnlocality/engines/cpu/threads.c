/* One task on several threads: each worker calls it with its own number.
 *
 * A training step is a few milliseconds long and spreads three tasks, so what it costs to hand one over counts. To
 * start a thread or to wake a sleeping one takes up to half a millisecond on a virtual machine, so workers outlive the
 * task and look out for the next one for a while (PATIENCE) before they go to sleep. They serve one caller at a time:
 * whoever finds them busy, as where a process trains two networks at once, does all shares alone. So does the caller
 * where a worker cannot be started. Which worker does what never enters a result (kernels.c, "Order").
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define MAX_THREADS 256
#define PATIENCE 2000000 /* nanoseconds: longer than Python takes from one task to the next */
#define LOOKS 64         /* between two looks at the clock */

typedef void Task(void *work, int64_t worker, int64_t workers);

static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER; /* held by the caller who is served */

/* What the caller hands over; `number` goes up with every task, and all workers answer each, with or without a share. */
static Task *task;
static void *work;
static int64_t workers;
static _Atomic int64_t number, unfinished, sleepers;

static int64_t started = 1; /* worker 0 is the caller */
static int64_t number_at_start[MAX_THREADS];

static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t handed_over = PTHREAD_COND_INITIALIZER;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

static void wait_for_task(int64_t seen) {
    for (const int64_t begin = now(); now() - begin < PATIENCE;)
        for (int look = 0; look < LOOKS; look++) {
            if (number != seen) return;
            pause_briefly();
        }
    pthread_mutex_lock(&sleep_lock);
    sleepers++;
    while (number == seen) pthread_cond_wait(&handed_over, &sleep_lock);
    sleepers--;
    pthread_mutex_unlock(&sleep_lock);
}

static void *serve(void *given) {
    const int64_t worker = (int64_t)(intptr_t)given;
    for (int64_t seen = number_at_start[worker];; seen++) {
        wait_for_task(seen);
        if (worker < workers) task(work, worker, workers);
        unfinished--;
    }
    return 0;
}

/* A child process has none of its parent's threads. */
static void forget_workers(void) {
    pthread_mutex_init(&busy, 0);
    pthread_mutex_init(&sleep_lock, 0);
    pthread_cond_init(&handed_over, 0);
    started = 1, number = 0, sleepers = 0;
}

/* Workers who serve from now on, the caller included: as many as wanted, or as can be had. */
static void start_workers(int64_t wanted) {
    static bool prepared = false;
    if (!prepared) prepared = pthread_atfork(0, 0, forget_workers) == 0;
    for (; prepared && started < wanted; started++) {
        pthread_t thread;
        number_at_start[started] = number;
        if (pthread_create(&thread, 0, serve, (void *)(intptr_t)started) != 0) return;
        pthread_detach(thread);
    }
}

/* Call shared(given, worker, wanted) once for every worker from 0 to wanted - 1; return when all are done. */
void in_parallel(Task *shared, void *given, int64_t wanted) {
    int64_t served = 1; /* shares that others do, and the caller's first */
    if (wanted > MAX_THREADS) wanted = MAX_THREADS;
    const bool mine = wanted > 1 && pthread_mutex_trylock(&busy) == 0;
    if (mine) {
        start_workers(wanted);
        task = shared, work = given, workers = wanted;
        served = started < wanted ? started : wanted;
        unfinished = started - 1;
        number++;
        if (sleepers) {
            pthread_mutex_lock(&sleep_lock);
            pthread_cond_broadcast(&handed_over);
            pthread_mutex_unlock(&sleep_lock);
        }
    }
    shared(given, 0, wanted);
    for (int64_t worker = served; worker < wanted; worker++) shared(given, worker, wanted);
    if (mine) {
        for (int64_t look = 0; unfinished > 0; look++)
            if (look % LOOKS) pause_briefly();
            else sched_yield(); /* the processor may be needed by the very worker that is waited for */
        pthread_mutex_unlock(&busy);
    }
}
