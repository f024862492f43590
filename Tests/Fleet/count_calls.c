// Counts what a thread asks of the allocator and of locks in a stretch of time. Preloaded.
//
// FLUXGATE_COUNT="FROM TO FILE": seconds after the program's start; FILE gets one line a thread name:
// name, allocations, frees, locks taken, kernel waits for locks (futex).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ALLOCATED, FREED, LOCKED, WAITED, KINDS, MOST = 256 };

static struct {
  char name[16];
  atomic_ulong calls[KINDS];
} threads[MOST];
static atomic_int used;
static double begin, end;
static char place[1024];
static struct timespec started;
static __thread int mine = -1;
static __thread int busy;

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static int (*real_memalign)(void **, size_t, size_t);
static void *(*real_aligned)(size_t, size_t);
static void (*real_free)(void *);
static int (*real_lock)(pthread_mutex_t *);
static long (*real_syscall)(long, ...);

static int is_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double past = now.tv_sec - started.tv_sec + (now.tv_nsec - started.tv_nsec) / 1e9;
  return past >= begin && past < end;
}

static void count(int kind) {
  if (end == 0 || busy || !is_time()) return;
  busy = 1;
  if (mine < 0) {
    int next = atomic_fetch_add(&used, 1);
    mine = next < MOST ? next : MOST - 1;
    prctl(PR_GET_NAME, threads[mine].name, 0, 0, 0);
  }
  atomic_fetch_add(&threads[mine].calls[kind], 1);
  if (kind == ALLOCATED && getenv("FLUXGATE_COUNT_TRACE")) {
    extern int backtrace(void **, int);
    extern void backtrace_symbols_fd(void *const *, int, int);
    void *frames[12];
    if (!strcmp(threads[mine].name, getenv("FLUXGATE_COUNT_TRACE"))) {
      backtrace_symbols_fd(frames, backtrace(frames, 12), 2);
      write(2, "--\n", 3);
    }
  }
  busy = 0;
}

__attribute__((constructor)) static void start(void) {
  const char *told = getenv("FLUXGATE_COUNT");
  clock_gettime(CLOCK_MONOTONIC, &started);
  if (told && sscanf(told, "%lf %lf %1000s", &begin, &end, place) != 3) end = 0;
}

__attribute__((destructor)) static void report(void) {
  if (end == 0) return;
  busy = 1;
  end = 0;
  if (used == 0) return;
  FILE *file = fopen(place, "w");
  if (!file) return;
  for (int index = 0; index < MOST && index < used; index++) {
    fprintf(file, "%s", threads[index].name);
    for (int kind = 0; kind < KINDS; kind++) fprintf(file, "\t%lu", threads[index].calls[kind]);
    fputc('\n', file);
  }
  fclose(file);
}

#define REAL(pointer, name) \
  if (!pointer) pointer = dlsym(RTLD_NEXT, name)

// dlsym itself may ask for memory before calloc is known.
static char early[65536];
static size_t early_used;
static void *first_bytes(size_t size) {
  void *place = early + early_used;
  early_used += (size + 15) / 16 * 16;
  return early_used <= sizeof early ? place : NULL;
}
static int is_early(void *memory) {
  return (char *)memory >= early && (char *)memory < early + sizeof early;
}

void *malloc(size_t size) {
  REAL(real_malloc, "malloc");
  count(ALLOCATED);
  return real_malloc(size);
}

void *calloc(size_t number, size_t size) {
  static __thread int looking;
  if (!real_calloc) {
    if (looking) return first_bytes(number * size);
    looking = 1;
    REAL(real_calloc, "calloc");
    looking = 0;
  }
  count(ALLOCATED);
  return real_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  REAL(real_realloc, "realloc");
  count(ALLOCATED);
  return real_realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  REAL(real_memalign, "posix_memalign");
  count(ALLOCATED);
  return real_memalign(memory, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  REAL(real_aligned, "aligned_alloc");
  count(ALLOCATED);
  return real_aligned(alignment, size);
}

void free(void *memory) {
  REAL(real_free, "free");
  if (!memory || is_early(memory)) return;
  count(FREED);
  real_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  REAL(real_lock, "pthread_mutex_lock");
  count(LOCKED);
  return real_lock(mutex);
}

// Swift's Mutex asks the kernel through syscall(2) when it has to wait.
long syscall(long number, ...) {
  REAL(real_syscall, "syscall");
  if (number == SYS_futex) count(WAITED);
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  return real_syscall(number, a, b, c, d, e, f);
}
