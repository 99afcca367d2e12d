#define _GNU_SOURCE
#include "bearing_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

int64_t bearing_peer_user(int socket) {
    int domain = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) return -1;
    struct ucred peer;
    size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? (int64_t)peer.uid : -1;
}

int bearing_file_handle(const char *path) { return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); }

int bearing_give_file(int handle, uint32_t user, uint32_t group) { return fchownat(handle, "", user, group, AT_EMPTY_PATH); }

int bearing_take_number(int descriptor, int number) { return dup3(descriptor, number, O_CLOEXEC); }

pid_t bearing_start_program(char *const arguments[], int input) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    /* A thread that leaves signals to others has them blocked. */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t process = 0;
    int code = posix_spawn(&process, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code == 0 ? process : -code;
}
