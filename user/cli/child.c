// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"

/* Never returns. One pipe end tells when to go on, the same socket takes the errno of exec back. */
static void run_child(int gate, char **argv, const sigset_t *mask)
{
	char go;
	int err;

	cli__reset_signals();
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (read(gate, &go, 1) != 1)
		_exit(EXIT_TROUBLE); /* the tracer is gone */
	execvp(argv[0], argv);
	err = errno;
	if (write(gate, &err, sizeof(err)) != sizeof(err))
		_exit(EXIT_TROUBLE);
	_exit(EXIT_TROUBLE);
}

int child__prepare(struct child *child, char **argv, const sigset_t *mask)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	child->pid = fork();
	if (child->pid < 0) {
		int err = -errno;

		child->pid = 0;
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	if (!child->pid) {
		close(ends[0]);
		run_child(ends[1], argv, mask);
	}
	close(ends[1]);
	child->gate = ends[0];
	return 0;
}

int child__start(struct child *child)
{
	int err = 0;
	ssize_t n;

	if (send(child->gate, "g", 1, MSG_NOSIGNAL) != 1)
		return -errno;
	n = read(child->gate, &err, sizeof(err)); /* ends with exec, which closes it */
	close(child->gate);
	child->gate = -1;
	return n == sizeof(err) ? -err : 0;
}

bool child__ended(struct child *child)
{
	if (child->pid && !child->ended)
		child->ended = waitpid(child->pid, &child->status, WNOHANG) == child->pid;
	return child->ended;
}

void child__finish(struct child *child, int signal)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };

	if (!child->pid || child__ended(child))
		return;
	if (child->gate >= 0) { /* never let go */
		close(child->gate);
		child->gate = -1;
	} else if (!signal) {
		return;
	} else if (signal != SIGINT) {
		kill(child->pid, signal);
	}
	for (int i = 0; i < 100 && !child__ended(child); i++)
		nanosleep(&tick, NULL);
}

void child__fill(const struct child *child, struct run_command *command)
{
	command->exit_status = -1;
	command->term_signal = 0;
	if (!child->ended)
		return;
	if (WIFEXITED(child->status))
		command->exit_status = WEXITSTATUS(child->status);
	else if (WIFSIGNALED(child->status))
		command->term_signal = WTERMSIG(child->status);
}
