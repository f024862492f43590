// Linux calls that Glibc's module does not offer to Swift, or offers only as macros.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/prctl.h>
#include <unistd.h>

// renameat2 with RENAME_NOREPLACE: atomic "put if absent" for a file already written aside.
static inline int fg_rename_noreplace(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u);
}

// prctl is variadic; fifteen characters of the name are kept.
static inline void fg_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
