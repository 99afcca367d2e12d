/* System calls of Linux around sockets and processes that Swift does not see; none of them while audio runs. */
#ifndef BEARING_SOCKET_H
#define BEARING_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

/* The user at the other end of a UNIX socket; -1 where the kernel knows none. */
int64_t bearing_peer_user(int socket);

/* A handle on the file of a name itself, which may be of any kind but is no link, or -1 with errno. */
int bearing_file_handle(const char *path);

/* Gives the file of a handle away; (uint32_t)-1 leaves its user or group. 0, or -1 with errno. */
int bearing_give_file(int handle, uint32_t user, uint32_t group);

/* Makes `number` mean what `descriptor` means, and close on exec. At least 0, or -1 with errno. */
int bearing_take_number(int descriptor, int number);

/* Starts a program, by its path as the first argument, with a descriptor as its standard input and no signal blocked. Its number,
   or -errno. */
pid_t bearing_start_program(char *const arguments[], int input);

#endif
