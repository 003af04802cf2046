// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A file description of our own: O_NONBLOCK is a property of the description, which others share
 * (the shell, the command that is traced). Regular files need none, sockets have no other; there
 * poll() has to do. -1: it cannot be had.
 */
static int reopen(int fd)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st) || (!S_ISFIFO(st.st_mode) && !isatty(fd)))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int output__open(struct output *output, int fd)
{
	*output = (struct output){ .own = -1 };
	output->file = open_memstream(&output->text, &output->len);
	if (!output->file)
		return -errno;
	output->own = reopen(fd);
	output->fd = output->own < 0 ? fd : output->own;
	return 0;
}

void output__close(struct output *output)
{
	if (!output->file)
		return;
	fclose(output->file);
	free(output->text);
	if (output->own >= 0)
		close(output->own);
	*output = (struct output){};
}

bool output__takes(int fd, int patience_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

	return poll(&pollfd, 1, patience_ms) > 0;
}

bool output__pending(const struct output *output)
{
	return !output->err && output->done < output->len;
}

/* A pipe that can be written to takes this much. */
static void write_some(struct output *output)
{
	size_t len = output->len - output->done;
	ssize_t n = write(output->fd, output->text + output->done, len < PIPE_BUF ? len : PIPE_BUF);

	if (n >= 0)
		output->done += n;
	else if (errno != EAGAIN && errno != EINTR)
		output->err = -errno;
}

static void push(struct output *output, int patience_ms)
{
	if (fflush(output->file) || ferror(output->file))
		output->err = output->err ?: -ENOMEM;
	while (output__pending(output) && output__takes(output->fd, patience_ms))
		write_some(output);
	if (output__pending(output))
		return;
	rewind(output->file);
	fflush(output->file);
	output->done = 0;
}

void output__push(struct output *output)
{
	push(output, 0);
}

int output__finish(struct output *output, int patience_ms)
{
	push(output, patience_ms);
	return output__pending(output) ? -ETIMEDOUT : output->err;
}
