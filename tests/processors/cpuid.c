// A process that sees another processor, at full speed: preloaded (LD_PRELOAD) into it, this library has the kernel trap
// every CPUID instruction and answers in the name of the processor that SNNLOCALITY_PROCESSOR names. Numerical libraries
// (OpenBLAS, MKL, oneDNN, NumPy, PyTorch, LLVM) then choose the code that they would choose there.
//
// It can hide what the real processor has, not add what it lacks. The C library's own choices are made before; hide
// features from those by GLIBC_TUNABLES. Linux on x86-64 with CPUID faulting (Intel since Ivy Bridge, AMD since Zen 4).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ARCH_SET_CPUID = 0x1012, BASIC = 1u << 31 };

struct cache {
  uint32_t kilobytes, ways;
};

struct processor {
  const char *name, *vendor;       // vendor in the order of the registers ebx, edx, ecx
  uint32_t signature;              // family, model, stepping: leaf 1, eax
  int wide;                        // whether it has AVX-512, as far as the real one does
  struct cache l1, l2, l3;
};

static const struct processor PROCESSORS[] = {
    {"haswell", "GenuineIntel", 0x306F2, 0, {32, 8}, {256, 8}, {8192, 16}},
    {"zen2", "AuthenticAMD", 0x830F10, 0, {32, 8}, {512, 8}, {16384, 16}},
    {"zen4", "AuthenticAMD", 0xA10F11, 1, {32, 8}, {1024, 8}, {32768, 16}},
    {"skylake", "GenuineIntel", 0x506E3, 0, {32, 8}, {256, 4}, {8192, 16}},
    {"cascadelake", "GenuineIntel", 0x50657, 1, {32, 8}, {1024, 16}, {36608, 11}},
};

static const struct processor *shown;
static struct sigaction others; // what the program itself wants to be done on a segmentation fault

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t r[4]) {
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(subleaf));
}

static uint32_t sets(struct cache c) { return c.kilobytes * 1024 / (64 * c.ways); }

static void describe_cache(uint32_t subleaf, uint32_t r[4]) { // leaf 4 of Intel, 0x8000001D of AMD
  const struct cache levels[] = {shown->l1, shown->l1, shown->l2, shown->l3};
  const uint32_t kinds[] = {1, 2, 3, 3}, depths[] = {1, 1, 2, 3}; // data, instructions, both
  memset(r, 0, 4 * sizeof *r);
  if (subleaf > 3) return;
  r[0] = kinds[subleaf] | depths[subleaf] << 5 | 1u << 8;
  r[1] = 63 | (levels[subleaf].ways - 1) << 22;
  r[2] = sets(levels[subleaf]) - 1;
}

static void answer(uint32_t leaf, uint32_t subleaf, uint32_t r[4]) {
  int amd = shown->vendor[0] == 'A';
  cpuid(leaf, subleaf, r);
  uint32_t letters[3];
  memcpy(letters, shown->vendor, sizeof letters);
  switch (leaf) {
  case 0:
  case BASIC:
    if (leaf == 0 || amd) r[1] = letters[0], r[3] = letters[1], r[2] = letters[2];
    if (leaf == BASIC && r[0] < 0x8000001E) r[0] = 0x8000001E;
    break;
  case 1:
    r[0] = shown->signature;
    break;
  case 4:
    if (amd) memset(r, 0, 4 * sizeof *r);
    else describe_cache(subleaf, r);
    break;
  case 7:
    if (shown->wide) break;
    if (subleaf == 0) {
      r[1] &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31); // AVX-512
      r[2] &= ~(1u << 1 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 14);
      r[3] &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25); // and AMX
    } else {
      memset(r, 0, 4 * sizeof *r);
    }
    break;
  case 0xD:
    if (subleaf == 0 && !shown->wide) r[0] &= ~0xE0u, r[1] = r[2] = 832;
    break;
  case BASIC | 1:
    r[0] = shown->signature;
    break;
  case BASIC | 2:
  case BASIC | 3:
  case BASIC | 4: { // the brand, 16 letters at a time
    char brand[48] = "";
    snprintf(brand, sizeof brand, "%s as %s", amd ? "AMD" : "Intel(R)", shown->name);
    memcpy(r, brand + 16 * (leaf - (BASIC | 2)), 16);
    break;
  }
  case BASIC | 5:
    if (amd) r[2] = r[3] = shown->l1.kilobytes << 24 | shown->l1.ways << 16 | 1 << 8 | 64;
    break;
  case BASIC | 6:
    r[2] = shown->l2.kilobytes << 16 | 6 << 12 | 64;
    if (amd) r[3] = shown->l3.kilobytes / 512 << 18 | 9 << 12 | 64;
    break;
  case BASIC | 0x1D:
    if (amd) describe_cache(subleaf, r);
    break;
  }
}

static void trap(int number, siginfo_t *info, void *context) {
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *at = (const unsigned char *)g[REG_RIP];
  if (info->si_code == SI_KERNEL && at[0] == 0x0F && at[1] == 0xA2) {
    uint32_t r[4];
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1);
    answer((uint32_t)g[REG_RAX], (uint32_t)g[REG_RCX], r);
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
    g[REG_RAX] = r[0], g[REG_RBX] = r[1], g[REG_RCX] = r[2], g[REG_RDX] = r[3];
    g[REG_RIP] += 2;
    return;
  }
  if (others.sa_flags & SA_SIGINFO && others.sa_sigaction) {
    others.sa_sigaction(number, info, context);
  } else if (others.sa_handler && others.sa_handler != SIG_IGN) {
    others.sa_handler(number);
  } else {
    signal(number, SIG_DFL); // the instruction is tried again, and ends the process as it would have
  }
}

static int (*real_sigaction)(int, const struct sigaction *, struct sigaction *);

// Programs that handle segmentation faults (Python's faulthandler, say) are called by the trap, not instead of it.
int sigaction(int number, const struct sigaction *wanted, struct sigaction *before) {
  if (!real_sigaction) real_sigaction = dlsym(RTLD_NEXT, "sigaction");
  if (number != SIGSEGV || !shown) return real_sigaction(number, wanted, before);
  if (before) *before = others;
  if (wanted) others = *wanted;
  return 0;
}

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("SNNLOCALITY_PROCESSOR");
  for (size_t i = 0; name && i < sizeof PROCESSORS / sizeof *PROCESSORS; i++)
    if (!strcmp(PROCESSORS[i].name, name)) shown = PROCESSORS + i;
  real_sigaction = dlsym(RTLD_NEXT, "sigaction");
  struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  if (!shown || real_sigaction(SIGSEGV, &action, NULL) || syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0)) {
    fprintf(stderr, "cpuid.c: no processor '%s', or this one does not trap CPUID\n", name ? name : "");
    _exit(125);
  }
}
