// Linux calls that Glibc's module does not offer to Swift, or offers only as macros.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Glibc declares these under _GNU_SOURCE or _XOPEN_SOURCE only. Setting either here would give
// fd_set another member name than in Swift's own Glibc module, and the two would not fit together.
int ppoll(struct pollfd *, nfds_t, const struct timespec *, const __sigset_t *);
int posix_openpt(int);
int grantpt(int);
int unlockpt(int);
int ptsname_r(int, char *, size_t);

// renameat2 with RENAME_NOREPLACE: atomic "put if absent" for a file already written aside.
static inline int fg_rename_noreplace(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u);
}

// prctl is variadic; fifteen characters of the name are kept.
static inline void fg_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// ppoll is hidden without _GNU_SOURCE; poll knows milliseconds only. Gives the events found, 0 when
// the time passed, -1 with errno. A negative descriptor only waits.
static inline int fg_wait(int fd, short events, int64_t nanoseconds) {
  struct pollfd asked = {fd, events, 0};
  struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  int count = ppoll(&asked, 1, &time, 0);
  return count > 0 ? asked.revents : count;
}

// The kernel's termios2 (asm-generic/termbits.h): it holds any rate, not only the Bxxx ones. Spelled
// out here because that header clashes with glibc's <termios.h>.
struct fg_termios2 {
  uint32_t c_iflag, c_oflag, c_cflag, c_lflag;
  uint8_t c_line, c_cc[19];
  uint32_t c_ispeed, c_ospeed;
};
#define FG_TCGETS2 _IOR('T', 0x2A, struct fg_termios2)
#define FG_TCSETS2 _IOW('T', 0x2B, struct fg_termios2)

// Raw, 8 data bits, no parity, one stop bit, no flow control; a read waits for one byte.
static inline int fg_serial_raw(int fd, uint32_t baud) {
  const uint32_t cs8 = 0060, cread = 0200, clocal = 04000, bother = 010000;
  struct fg_termios2 line;
  if (ioctl(fd, FG_TCGETS2, &line) != 0) return -1;
  line.c_iflag = line.c_oflag = line.c_lflag = 0;
  line.c_cflag = cs8 | cread | clocal | bother | (bother << 16);
  line.c_ispeed = line.c_ospeed = baud;
  line.c_cc[5] = 0;  // VTIME
  line.c_cc[6] = 1;  // VMIN
  return ioctl(fd, FG_TCSETS2, &line);
}

// The rate the kernel holds after setting it; 0 when it cannot be read.
static inline uint32_t fg_serial_rate(int fd) {
  struct fg_termios2 line;
  return ioctl(fd, FG_TCGETS2, &line) == 0 ? line.c_ospeed : 0;
}

// ioctl is variadic, so Swift cannot call it. Refuses further opens of the line (but not by root).
static inline int fg_serial_exclusive(int fd) { return ioctl(fd, TIOCEXCL); }

// Throws away what waited in both directions (TCIOFLUSH) before the line was ours.
static inline int fg_serial_flush(int fd) { return ioctl(fd, TCFLSH, 2); }

// Asks the driver to hand bytes over at once (FTDI: 1 ms latency timer in place of 16 ms).
// Many lines cannot (ENOTTY on pseudo-terminals): the caller goes on without.
static inline int fg_serial_low_latency(int fd) {
  struct serial_struct serial;
  if (ioctl(fd, TIOCGSERIAL, &serial) != 0) return -1;
  serial.flags |= ASYNC_LOW_LATENCY;
  return ioctl(fd, TIOCSSERIAL, &serial);
}

// Raises and lowers modem lines (TIOCM_DTR, TIOCM_RTS). Pseudo-terminals have none (ENOTTY).
static inline int fg_serial_modem(int fd, int raised, int lowered) {
  if (raised && ioctl(fd, TIOCMBIS, &raised) != 0) return -1;
  return lowered ? ioctl(fd, TIOCMBIC, &lowered) : 0;
}

// A descriptor that another thread's poll waits on, and the call that ends that wait.
static inline int fg_bell_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline void fg_bell_ring(int fd) { eventfd_write(fd, 1); }

// accept4 is hidden without _GNU_SOURCE; with it no descriptor leaks into a program started meanwhile.
static inline int fg_accept(int fd, int flags) { return accept4(fd, 0, 0, flags); }

// A new pseudo-terminal's master in raw mode, non-blocking; the slave's path goes into `name`. The
// functions it needs are hidden without _GNU_SOURCE. The rate has no meaning there.
static inline int fg_pty_open(char *name, size_t size) {
  int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  if (unlockpt(fd) == 0 && fg_serial_raw(fd, 115200) == 0 && ptsname_r(fd, name, size) == 0)
    return fd;
  int code = errno;
  close(fd);
  errno = code;
  return -1;
}
