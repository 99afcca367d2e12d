#define _GNU_SOURCE
#include "bearing_signals.h"
#include "bearing_arguments.h"
#include "bearing_system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

static atomic_int watching, hangup, ending;
static int event = -1;
static int terminal;

static void wake(void) {
    int code = errno;
    if (event >= 0) bearing_event_signal(event);
    errno = code;
}

static void note_hangup(int number) {
    (void)number;
    atomic_store(&hangup, 1);
    wake();
}

static void note_end(int number) {
    (void)number;
    if (!atomic_exchange(&ending, 1)) {
        struct itimerval patience = {.it_value = {BEARING_SIGNALS_PATIENCE / 1000, BEARING_SIGNALS_PATIENCE % 1000 * 1000}};
        setitimer(ITIMER_REAL, &patience, NULL);
    }
    wake();
}

static void leave(int number) {
    (void)number;
    static const char words[] = "bearing: asked to end, something still hangs: left as it is\n";
    struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&output, 1, 0) == 1 && output.revents == POLLOUT) {
        ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
        (void)written;
    }
    _exit(0);
}

static void nothing(int number) { (void)number; }

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void bearing_signals_watch(void) {
    if (atomic_exchange(&watching, 1)) return;
    event = bearing_event_open();
    terminal = isatty(STDIN_FILENO) == 1;
    handle(SIGALRM, leave);
    handle(SIGHUP, note_hangup);
    handle(SIGTERM, note_end);
    handle(SIGINT, note_end);
    /* Whoever started this process may have had them blocked. */
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGALRM);
    sigaddset(&wanted, SIGHUP);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &wanted, NULL);
}

int bearing_signals_event(void) { return event; }

int bearing_signals_take_hangup(void) { return atomic_exchange(&hangup, 0); }

int bearing_signals_ending(void) { return atomic_load(&ending); }

int bearing_signals_had_terminal(void) { return terminal; }

int bearing_thread_start(pthread_t *thread, void *(*body)(void *), void *context) {
    sigset_t left, before;
    sigfillset(&left);
    /* What a thread does wrong itself stays its own. */
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&left, own[i]);
    pthread_sigmask(SIG_SETMASK, &left, &before);
    int code = pthread_create(thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

/* Opens the standard descriptors that are closed in a way that fails when they are used, so that no socket and no file gets
   their numbers, and with them what is meant for a person. */
static void open_standard_descriptors(void) {
    for (int number = 0; number < 3; number++) {
        if (fcntl(number, F_GETFD) < 0 && errno == EBADF) {
            int opened = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
            (void)opened;
        }
    }
}

static void prepare_process(int count, char **arguments, char **environment) {
    (void)environment;
    bearing_arguments_keep(count, arguments);
    open_standard_descriptors();
    /* A reader that is gone and a file that may not grow are errors of the write. Handlers and not SIG_IGN, which programs that
       are started from here would inherit. */
    handle(SIGPIPE, nothing);
    handle(SIGXFSZ, nothing);
    if (count < 2) return;
    if (strcmp(arguments[1], "run") == 0) bearing_signals_watch();
    /* Ctrl-C and systemd ask all processes at once. */
    if (strcmp(arguments[1], BEARING_RECORD_COMMAND) == 0) {
        static const int theirs[] = {SIGHUP, SIGTERM, SIGINT};
        for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) handle(theirs[i], nothing);
    }
}

/* Before the constructors of the libraries, of which OpenBLAS's starts a thread. */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
/* A sanitizer wants to be first. */
__attribute__((constructor(101))) static void prepare(int count, char **arguments, char **environment) {
    prepare_process(count, arguments, environment);
}
#else
__attribute__((section(".preinit_array"), used)) static void (*const prepare)(int, char **, char **) = prepare_process;
#endif
