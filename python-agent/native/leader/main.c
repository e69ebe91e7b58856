/*
 * gilscope-leader SOCKET MARK PROGRAM [ARGUMENT...]: what a shell is to a program in its terminal, and no more. The session's leader, so
 * that the terminal and the program's children outlive the program, which runs in a foreground group of its own.
 * Started by src/engine/program.ts on a pseudo-terminal; tells its story over SOCKET, a line each: "pid N", then
 * "exit N" or "signal N"; "error TEXT" when the program cannot be started. MARK follows the program's last output in the terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const int IGNORED[] = {SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
enum { IGNORED_COUNT = sizeof IGNORED / sizeof *IGNORED };

static const char STOPPED[] = "\r\n[stopped: press Enter to let it go on]\r\n";

static void dispositions(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < IGNORED_COUNT; i++) sigaction(IGNORED[i], &action, NULL);
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  return -1;
}

__attribute__((format(printf, 2, 3))) static void tell(int fd, const char *format, ...) {
  char line[512];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (length > (int)sizeof line) length = sizeof line;
  /* Nobody to tell: gilscope has ended, the program goes on. */
  if (send(fd, line, (size_t)length, MSG_NOSIGNAL) < 0) return;
}

/* In the child. Its own group first, and in the foreground before it runs: its first read must not stop it. */
static void become(char **command, const sigset_t *mask, int report) {
  setpgid(0, 0);
  tcsetpgrp(STDIN_FILENO, getpgrp());
  dispositions(SIG_DFL);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(command[0], command);
  int why = errno;
  if (write(report, &why, sizeof why) < 0) _exit(126);
  _exit(127);
}

/* The program's pid, or -1 with errno. */
static pid_t begin(char **command, const sigset_t *mask) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -1;
  pid_t pid = fork();
  if (pid == 0) become(command, mask, report[1]);
  close(report[1]);
  int why = 0;
  /* Ends without a word when the program is there. */
  if (pid > 0 && read(report[0], &why, sizeof why) == sizeof why) {
    waitpid(pid, NULL, 0);
    pid = -1;
    errno = why;
  }
  close(report[0]);
  return pid;
}

static void resume(pid_t pid, const struct termios *modes) {
  tcsetattr(STDIN_FILENO, TCSADRAIN, modes);
  tcsetpgrp(STDIN_FILENO, pid);
  kill(-pid, SIGCONT);
}

static int wants_terminal(int status) {
  return WIFSTOPPED(status) && (WSTOPSIG(status) == SIGTTIN || WSTOPSIG(status) == SIGTTOU);
}

/*
 * Ctrl-Z gave the terminal back, and there is no shell to say "fg" to: any line does. Until then the terminal has `ours`. With nobody
 * left who could type one, gilscope having gone, the program goes on.
 */
static int while_stopped(pid_t pid, const struct termios *ours, const sigset_t *mask, int socket) {
  struct termios modes;
  tcgetattr(STDIN_FILENO, &modes);
  tcsetpgrp(STDIN_FILENO, getpgrp());
  tcsetattr(STDIN_FILENO, TCSADRAIN, ours);
  if (write(STDOUT_FILENO, STOPPED, sizeof STOPPED - 1) < 0) return -1;
  struct pollfd input[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = socket, .events = POLLIN}};
  for (;;) {
    int status;
    pid_t changed = waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED);
    if (changed == pid && (WIFEXITED(status) || WIFSIGNALED(status))) return status;
    if (changed == pid && (WIFCONTINUED(status) || wants_terminal(status))) {
      /* Somebody else let it go on, and it may be reading already. */
      resume(pid, &modes);
      return -1;
    }
    /* SIGCHLD interrupts it: the mask lets it through here alone. */
    if (ppoll(input, 2, NULL, mask) <= 0) continue;
    char line[256];
    ssize_t got = input[0].revents ? read(STDIN_FILENO, line, sizeof line) : -1;
    bool alone = input[1].revents || (input[0].revents && got <= 0 && !(got < 0 && errno == EINTR));
    if (got > 0 || alone) {
      resume(pid, &modes);
      return -1;
    }
  }
}

static void on_child(int signal) { (void)signal; }

/* The status with which the program ended. */
static int attend(pid_t pid, const sigset_t *mask, int socket) {
  struct termios ours;
  tcgetattr(STDIN_FILENO, &ours);
  for (;;) {
    int status;
    if (waitpid(pid, &status, WUNTRACED) != pid) {
      if (errno == EINTR) continue;
      return 0;
    }
    if (WIFSTOPPED(status)) status = while_stopped(pid, &ours, mask, socket);
    if (status != -1) return status;
  }
}

/*
 * What is still in the terminal when it is closed may be lost on the way: so it stays open until the other side has seen the mark.
 * Children may go on printing: as long as somebody listens, the terminal is theirs.
 */
static void linger(int socket, const char *mark) {
  char byte;
  tcflow(STDOUT_FILENO, TCOON);
  if (write(STDOUT_FILENO, mark, strlen(mark)) < 0) return;
  while (read(socket, &byte, 1) < 0 && errno == EINTR) continue;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) close(fd);
  for (;;) {
    ssize_t got = read(socket, &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fputs("gilscope-leader is started by gilscope itself: SOCKET MARK PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  int socket = connect_to(argv[1]);
  if (socket < 0) return 2;
  sigset_t child, mask;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, &mask);
  dispositions(SIG_IGN);
  struct sigaction wake = {.sa_handler = on_child};
  sigaction(SIGCHLD, &wake, NULL);
  pid_t pid = begin(argv + 3, &mask);
  if (pid < 0) {
    tell(socket, "error %s\n", strerror(errno));
    return 2;
  }
  tell(socket, "pid %d\n", (int)pid);
  int status = attend(pid, &mask, socket);
  /* Before the session ends, or the kernel's SIGHUP goes to the group that is in the foreground: the program's children. */
  tcsetpgrp(STDIN_FILENO, getpgrp());
  if (WIFSIGNALED(status)) tell(socket, "signal %d\n", WTERMSIG(status));
  else tell(socket, "exit %d\n", WEXITSTATUS(status));
  linger(socket, argv[2]);
  return 0;
}
